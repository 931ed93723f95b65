#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde::detail {

/// The attributes of an event, a link or a log record within their limit, and how many are not: those of the
/// first keys, with their last values.
class LimitedAttributes {
 public:
  LimitedAttributes(Attributes given, std::size_t most) noexcept : kept_(given) {
    const auto has_no_key = [](const Attribute& attribute) { return attribute.key.empty(); };
    if (given.size() <= most && std::ranges::none_of(given, has_no_key)) [[likely]]
      return;
    try {
      select(given, most);
    } catch (const std::bad_alloc&) {
      kept_ = Attributes(given.first(0));
      dropped_ = static_cast<std::uint32_t>(given.size());
    }
  }
  [[nodiscard]] Attributes kept() const noexcept { return kept_; }
  [[nodiscard]] std::uint32_t dropped() const noexcept { return dropped_; }

 private:
  /// The first keys, with their last values.
  void select(Attributes given, std::size_t most) {
    for (const Attribute& attribute : given) {
      if (const auto known = std::ranges::find(selected_, attribute.key, &Attribute::key);
          known != selected_.end()) {
        known->value = attribute.value;
      } else if (attribute.key.empty() || selected_.size() == most) {
        ++dropped_;
      } else {
        selected_.push_back(attribute);
      }
    }
    kept_ = Attributes(selected_);
  }

  std::vector<Attribute> selected_;
  Attributes kept_;
  std::uint32_t dropped_ = 0;
};

}  // namespace sonde::detail
