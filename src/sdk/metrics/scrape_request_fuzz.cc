// Any bytes as the head of a request: whatever comes of it lies inside of what was given, and more bytes
// never make a request of one that was refused.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sdk/metrics/scrape_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sonde::detail::parse_scrape_request;
  using State = sonde::detail::ScrapeRequest::State;
  const std::string_view head(reinterpret_cast<const char*>(data), size);
  const auto request = parse_scrape_request(head);
  const auto is_inside = [&](std::string_view part) {
    return part.empty() ||
           (part.data() >= head.data() && part.data() + part.size() <= head.data() + head.size());
  };
  if (!is_inside(request.method) || !is_inside(request.path)) std::abort();
  if (request.state == State::complete && !request.path.starts_with('/')) std::abort();
  const auto before = parse_scrape_request(head.substr(0, size / 2)).state;
  if (before != State::incomplete && before != State::too_large && before != request.state) std::abort();
  return 0;
}
