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

/// Whether a field may be sent: its name a token, its value without line ends and zero bytes (RFC 9110,
/// section 5). Anything else would let a value forge further fields.
[[nodiscard]] bool is_valid_field(std::string_view name, std::string_view value) noexcept;

/// `text` with every "%41" replaced by its byte. A '%' that begins no such escape stands for itself.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// A URL as messages may show it: without user, password, query and fragment, which may be secrets.
[[nodiscard]] std::string without_secrets(std::string_view url);

/// The path of a target, percent-decoded.
[[nodiscard]] std::string target_path(std::string_view target);

/// The query parameters of a target, decoded, in order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view target);

}  // namespace sonde::transport
