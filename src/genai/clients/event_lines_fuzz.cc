// A streamed body splits into the same events however its bytes arrive, and holds no more than it was given.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "genai/clients/event_lines.h"

namespace {

std::vector<std::string> split(std::string_view body, std::size_t piece, bool are_plain_lines) {
  sonde::genai::detail::EventLines lines(are_plain_lines);
  std::vector<std::string> events;
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    lines.feed(body.substr(0, piece), [&](std::string_view data) {
      events.emplace_back(data);
      return true;
    });
  }
  return events;
}

}  // namespace

/// The first byte is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  for (const bool are_plain_lines : {false, true}) {
    const auto whole = split(body, body.size(), are_plain_lines);
    if (split(body, std::max<std::size_t>(data[0], 1), are_plain_lines) != whole) std::abort();
    std::size_t total = 0;
    for (const std::string& event : whole) total += event.size();
    if (total > body.size()) std::abort();
  }
  return 0;
}
