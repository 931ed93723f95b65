#pragma once

// What an HTTP message is here, for servers and clients alike: plain values, whole bodies.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde::transport {

/// Header fields in order; names compare without case.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The value of the first field named `name`, or empty.
[[nodiscard]] std::string_view header(const HttpHeaders& headers, std::string_view name) noexcept;

struct HttpRequest {
  std::string method = "GET";
  std::string target = {};  ///< A client: the whole URL. A server: path and query as sent.
  HttpHeaders headers = {};
  std::string body = {};
};

struct HttpResponse {
  unsigned status = 200;
  HttpHeaders headers = {};
  std::string body = {};
};

/// Whether two field names are the same, which they are without case.
[[nodiscard]] bool same_field_name(std::string_view left, std::string_view right) noexcept;

/// `text` with every "%41" replaced by its byte. A '%' that begins no such escape stands for itself.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// The path of a target, percent-decoded.
[[nodiscard]] std::string target_path(std::string_view target);

/// The query parameters of a target, decoded, in order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view target);

}  // namespace sonde::transport
