#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "otlp/model.h"

namespace sonde::cli {

/// Why a span failed, in its own words: the status message, or else that of its last recorded exception, or
/// else its error.type. Empty if it says nothing.
[[nodiscard]] std::string error_message(const otlp::Span& span);

/// What a span holds beyond its line in a tree, styled, in lines of at most `columns`: its ids and kind, its
/// attributes, its events by time since the span's start, its links.
[[nodiscard]] std::vector<std::string> detail_lines(const otlp::Span& span, std::size_t columns,
                                                    const Terminal& terminal);

}  // namespace sonde::cli
