#pragma once

// Values as a person reads them in a terminal. What comes from outside is made printable first: a span's name
// must not move the cursor or change the title of somebody's window.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::cli {

/// `text` on one line: line breaks and tabs become spaces, other control characters and bytes that are not
/// UTF-8 become U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

/// Nanoseconds in three significant digits ("1.24 s", "52.1 ms"), from a minute on in two units ("2m 05s").
[[nodiscard]] std::string format_duration(std::uint64_t nanoseconds);

/// Four characters at most up to a billion: "950", "1.2k", "12k", "3.4M".
[[nodiscard]] std::string format_count(std::uint64_t count);

/// All its digits: "1,024".
[[nodiscard]] std::string grouped(std::uint64_t count);

/// "1 span", "1,024 spans".
[[nodiscard]] std::string format_plural(std::uint64_t count, std::string_view singular);

/// Tokens read and written by models: "350→128", or "350" where none were written, as by embeddings.
[[nodiscard]] std::string format_tokens(std::uint64_t input, std::uint64_t output);

/// In this machine's time zone: "2026-11-23 08:34:12.123".
[[nodiscard]] std::string format_time(std::uint64_t nanoseconds_since_epoch);

/// `text` followed, or with `right` led, by spaces up to `columns`; longer text as it is.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns, bool right = false);

/// Breaks text into lines of at most `columns`, between words where it can; line breaks in the text stay.
/// Past `most_lines` it stops, and the last line ends with an ellipsis. Each line is printable.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t columns,
                                               std::size_t most_lines);

}  // namespace sonde::cli
