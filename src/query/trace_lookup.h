#pragma once

#include <cstddef>
#include <string_view>

#include "sonde/expected.hpp"
#include "sonde/ids.hpp"
#include "store/store.h"

namespace sonde::query {

/// A prefix of a trace id must have this many digits.
inline constexpr std::size_t shortest_trace_id_prefix = 4;
/// A prefix is looked for among the newest so many traces; whole ids know no such limit.
inline constexpr std::size_t prefix_search_depth = 10'000;

/// The trace id that `text` means: all its digits, or the first few where only one recent trace begins so.
/// A whole id is not looked up, so it may name no trace. Fails with invalid_argument (not hexadecimal, too
/// short, or several traces begin so) and not_found. Blocks while the store reads.
[[nodiscard]] Expected<TraceId> find_trace_id(store::Store& store, std::string_view text);

}  // namespace sonde::query
