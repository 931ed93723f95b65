#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::detail {

/// The OTLP request of the items from `first` to before `last`, counted through all scopes, of `request`, an
/// Export*ServiceRequest: with the same resource and scopes, less those that would be empty.
[[nodiscard]] std::string slice_request(std::string_view request, std::size_t first, std::size_t last);

}  // namespace sonde::detail
