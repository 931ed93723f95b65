#pragma once

#include <deque>
#include <string>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde::detail {

/// A deep copy of a list of attributes. Throws std::bad_alloc.
class AttributeCopy {
 public:
  explicit AttributeCopy(Attributes attributes);
  AttributeCopy(const AttributeCopy&) = delete;
  AttributeCopy& operator=(const AttributeCopy&) = delete;
  ~AttributeCopy() = default;

  [[nodiscard]] Attributes view() const noexcept { return Attributes(list_); }

 private:
  [[nodiscard]] AttributeValue copy(const AttributeValue& value);
  [[nodiscard]] std::string_view copy(std::string_view text) { return texts_.emplace_back(text); }
  [[nodiscard]] std::vector<Attribute> copy(Attributes attributes);

  std::deque<std::string> texts_;
  std::deque<std::vector<AttributeValue>> arrays_;
  std::deque<std::vector<Attribute>> maps_;
  std::vector<Attribute> list_;
};

}  // namespace sonde::detail
