#pragma once

// For the views of recorded telemetry: a message's fields, one after the other.

#include <cstdint>
#include <cstring>
#include <string_view>

#include "sonde/wire_view.hpp"

namespace sonde::detail {

/// Takes a number off the front of `message`; false if it is cut off, or longer than a number can be.
inline bool take_varint(std::string_view& message, std::uint64_t& value) noexcept {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !message.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(message.front());
    message.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

template <class Integer>
bool take_fixed(std::string_view& message, std::uint64_t& value) noexcept {
  Integer fixed = 0;
  if (message.size() < sizeof fixed) return false;
  std::memcpy(&fixed, message.data(), sizeof fixed);
  message.remove_prefix(sizeof fixed);
  value = fixed;
  return true;
}

/// Calls visit(field) for each field of a message.
template <class Visit>
void for_each_field(std::string_view message, Visit visit) {
  for (WireField field = take_field(message); field.number != 0; field = take_field(message)) {
    visit(field);
  }
}

template <class Id>
void read_id(std::string_view content, Id& id) noexcept {
  if (content.size() == Id::size) std::memcpy(id.bytes.data(), content.data(), Id::size);
}

}  // namespace sonde::detail
