#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sonde/attribute.hpp"

namespace sonde::genai::detail {

/// Attributes gathered for one recording call: those of them that there are. Holds views.
template <std::size_t capacity>
class AttributeList {
 public:
  AttributeList() noexcept {}  // NOLINT(modernize-use-equals-default): the union has none

  void add(std::string_view key, const AttributeValue& value) noexcept {
    if (size_ < capacity) items_[size_++] = {key, value};
  }
  void add_if(std::string_view key, std::string_view text) noexcept {
    if (!text.empty()) add(key, text);
  }
  template <class Number>
  void add_if(std::string_view key, const std::optional<Number>& number) noexcept {
    if (number) add(key, *number);
  }
  void add_if(std::string_view key, std::span<const std::string_view> texts) noexcept {
    if (!texts.empty()) add(key, AttributeValue::strings(texts));
  }
  /// server.address and server.port, or the client's.
  void add_address(std::string_view address_key, std::string_view address, std::string_view port_key,
                   std::uint16_t port) noexcept {
    if (address.empty()) return;
    add(address_key, address);
    if (port != 0) add(port_key, port);
  }

  // NOLINTNEXTLINE(google-explicit-constructor): it is what recording calls take.
  operator Attributes() const noexcept { return std::span<const Attribute>(items_.data(), size_); }

 private:
  union {  // not initialised: most of them are never used
    std::array<Attribute, capacity> items_;
  };
  std::size_t size_ = 0;
};

}  // namespace sonde::genai::detail
