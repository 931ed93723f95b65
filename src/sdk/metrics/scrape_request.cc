#include "sdk/metrics/scrape_request.h"

#include <algorithm>

#include "sdk/configuration/environment.h"

namespace sonde::detail {
namespace {

std::string_view trim(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes what is before the next `separator` off the front of `rest`, without spaces around it.
std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// The weight of "q=0.5" in thousandths; what is malformed weighs nothing.
int quality(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int thousandths = (text[0] - '0') * 1000;
  int place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    thousandths += (c - '0') * place;
    place /= 10;
  }
  return std::min(thousandths, 1000);
}

/// One of the alternatives of an Accept or Accept-Encoding header.
struct Alternative {
  std::string_view name;
  std::string_view version;
  bool is_utf8_allowed = false;
  int quality = 1000;
};

Alternative parse_alternative(std::string_view text) noexcept {
  Alternative alternative;
  alternative.name = take_until(text, ';');
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    const std::string_view key = take_until(value, '=');
    if (equals_ignoring_case(key, "q")) alternative.quality = quality(value);
    if (equals_ignoring_case(key, "version")) alternative.version = value;
    if (equals_ignoring_case(key, "escaping")) {
      alternative.is_utf8_allowed = equals_ignoring_case(value, "allow-utf-8");
    }
  }
  return alternative;
}

bool takes_gzip(std::string_view accept_encoding) noexcept {
  while (!accept_encoding.empty()) {
    const Alternative alternative = parse_alternative(take_until(accept_encoding, ','));
    if (equals_ignoring_case(alternative.name, "gzip")) return alternative.quality > 0;
  }
  return false;
}

void read_header(std::string_view line, std::string_view& accept,
                 std::string_view& accept_encoding) noexcept {
  std::string_view value = line;
  const std::string_view name = take_until(value, ':');
  if (equals_ignoring_case(name, "accept")) accept = trim(value);
  if (equals_ignoring_case(name, "accept-encoding")) accept_encoding = trim(value);
}

}  // namespace

PrometheusFormat negotiate_format(std::string_view accept) noexcept {
  PrometheusFormat best;
  int best_quality = 0;
  while (!accept.empty()) {
    const Alternative alternative = parse_alternative(take_until(accept, ','));
    const bool is_open_metrics = equals_ignoring_case(alternative.name, "application/openmetrics-text");
    const bool is_text = equals_ignoring_case(alternative.name, "text/plain") ||
                         equals_ignoring_case(alternative.name, "text/*") || alternative.name == "*/*";
    // Of OpenMetrics, 0.0.1 is what Prometheus calls what was to become 1.0.0.
    const bool is_known =
        is_open_metrics
            ? alternative.version.empty() || alternative.version == "1.0.0" || alternative.version == "0.0.1"
            : is_text && (alternative.version.empty() || alternative.version == "0.0.4" ||
                          alternative.version == "1.0.0");
    if (!is_known || alternative.quality <= best_quality) continue;
    best_quality = alternative.quality;
    best = {is_open_metrics, alternative.is_utf8_allowed && alternative.version == "1.0.0"};
  }
  return best;
}

ScrapeRequest parse_scrape_request(std::string_view head) noexcept {
  using State = ScrapeRequest::State;
  ScrapeRequest request;
  const std::size_t end = head.find("\r\n\r\n");
  if (end > ScrapeRequest::most_bytes) {  // or is not there
    if (head.size() > ScrapeRequest::most_bytes) request.state = State::too_large;
    return request;
  }
  std::string_view rest = head.substr(0, end);
  const auto take_line = [&rest] {
    const std::size_t size = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, size);
    rest.remove_prefix(std::min(size + 2, rest.size()));
    return line;
  };
  request.state = State::malformed;
  std::string_view line = take_line();
  request.method = take_until(line, ' ');
  const std::string_view target = take_until(line, ' ');
  if (request.method.empty() || !target.starts_with('/') || !line.starts_with("HTTP/1.")) return request;
  request.path = target.substr(0, target.find('?'));
  std::string_view accept;
  std::string_view accept_encoding;
  while (!rest.empty()) {
    line = take_line();
    if (line.find(':') == std::string_view::npos || line.front() == ':') return request;
    read_header(line, accept, accept_encoding);
  }
  request.format = negotiate_format(accept);
  request.takes_gzip = takes_gzip(accept_encoding);
  request.state = State::complete;
  return request;
}

}  // namespace sonde::detail
