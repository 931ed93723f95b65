#include "transport/http_server_wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace sonde::transport {
namespace {

/// What RFC 9110 calls the statuses a server here may answer. Others go without words, which is allowed.
std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return {};
  }
}

void append_without_line_ends(std::string_view text, std::string& out) {
  for (const char character : text) out += character == '\r' || character == '\n' ? ' ' : character;
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  append_without_line_ends(name, out);
  out += ": ";
  append_without_line_ends(value, out);
  out += "\r\n";
}

bool has_field(const HttpHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& field) { return same_field_name(field.first, name); });
}

/// The time of day as the field Date has it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string date() {
  static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text.data();
}

bool is_framing_field(std::string_view name) {
  return same_field_name(name, "Content-Length") || same_field_name(name, "Transfer-Encoding") ||
         same_field_name(name, "Connection");
}

}  // namespace

bool status_has_no_body(unsigned status) noexcept { return status < 200 || status == 204 || status == 304; }

std::string response_head(const HttpResponse& response, const HttpHeaders& defaults,
                          const HttpFraming& framing) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += reason_phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_framing_field(name)) append_field(name, value, out);
  }
  for (const auto& [name, value] : defaults) {
    if (!has_field(response.headers, name)) append_field(name, value, out);
  }
  if (!has_field(response.headers, "Date")) append_field("Date", date(), out);
  if (!status_has_no_body(response.status)) {
    if (framing.content_length) append_field("Content-Length", std::to_string(*framing.content_length), out);
    if (framing.chunked) append_field("Transfer-Encoding", "chunked", out);
  }
  if (!framing.keep_alive) append_field("Connection", "close", out);
  if (framing.keep_alive && framing.http_1_0) append_field("Connection", "keep-alive", out);
  out += "\r\n";
  return out;
}

void append_chunk(std::string_view data, std::string& out) {
  if (data.empty()) return;
  std::array<char, 2 * sizeof(std::size_t)> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16);
  out.append(digits.data(), result.ptr);
  out += "\r\n";
  out += data;
  out += "\r\n";
}

}  // namespace sonde::transport
