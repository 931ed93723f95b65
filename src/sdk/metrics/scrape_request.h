#pragma once

// What a client of the metrics page asks for, out of the head of its HTTP request.

#include <cstdint>
#include <string>
#include <string_view>

#include "sdk/metrics/prometheus_text.h"

namespace sonde::detail {

struct ScrapeRequest {
  enum class State : std::uint8_t {
    incomplete,  ///< More bytes are needed.
    complete,
    malformed,
    too_large,
  };
  static constexpr std::size_t most_bytes = 16 * 1024;

  State state = State::incomplete;
  std::string_view method = {};
  std::string_view path = {};  ///< Without the query.
  PrometheusFormat format = {};
  bool takes_gzip = false;
};

/// Reads the head of a request; a body, which a GET has not, is not looked at. The result has views of
/// `head`.
[[nodiscard]] ScrapeRequest parse_scrape_request(std::string_view head) noexcept;

/// The format that an Accept header prefers among those there are.
[[nodiscard]] PrometheusFormat negotiate_format(std::string_view accept) noexcept;

}  // namespace sonde::detail
