#pragma once

// For the views of recorded telemetry: a message's fields, one after the other.

#include <cstring>
#include <string_view>

#include "sonde/wire_view.hpp"

namespace sonde::detail {

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
