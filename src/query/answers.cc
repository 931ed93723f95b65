#include "query/answers.h"

#include <zlib.h>

#include <limits>
#include <utility>

#include "base/json_writer.h"

namespace sonde::query {
namespace {

constexpr std::size_t smallest_worth_compressing = 1'024;
constexpr int gzip_window_bits = 15 + 16;  // zlib: the largest window, and the gzip wrapper
constexpr int memory_level = 8;            // zlib's default

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether a weight such as "q=0.000" refuses what it stands at.
bool is_refusal(std::string_view weight) {
  weight = trim(weight);
  if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return false;
  weight.remove_prefix(2);
  return weight.starts_with('0') && weight.find_first_of("123456789") == std::string_view::npos;
}

// zlib takes pointers to bytes that it does not change, and asks for them as unsigned.
Bytef* zlib_bytes(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));  // NOLINT(*-const-cast, *-reinterpret-cast)
}

/// Empty if it cannot be compressed.
std::string gzip(std::string_view bytes) {
  z_stream stream{};
  // The fastest level: the reader is mostly on this machine, and JSON shrinks tenfold even so.
  if (bytes.size() > std::numeric_limits<uInt>::max() ||
      deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
          Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = zlib_bytes(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = zlib_bytes(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace

transport::HttpResponse json_answer(std::string body, unsigned status) {
  return {status,
          {{"Content-Type", "application/json"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}},
          std::move(body)};
}

transport::HttpResponse error_answer(const Error& error) {
  return error_answer(http_status(error.code), error.message);
}

transport::HttpResponse error_answer(unsigned status, std::string_view message) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("error").begin_object();
  json.key("code").unsigned_integer(status);
  json.key("message").string(message);
  json.end_object();
  json.end_object();
  return json_answer(std::move(body), status);
}

unsigned http_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::permission_denied: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::resource_exhausted: return 429;
    case ErrorCode::internal: return 500;
    case ErrorCode::unimplemented: return 501;
    case ErrorCode::unavailable:
    case ErrorCode::cancelled: return 503;
    case ErrorCode::deadline_exceeded: return 504;
  }
  return 500;
}

bool accepts_gzip(const transport::HttpRequest& request) {
  std::string_view codings = transport::header(request.headers, "Accept-Encoding");
  bool accepts_any = false;
  while (!codings.empty()) {
    const std::string_view item = codings.substr(0, codings.find(','));
    codings.remove_prefix(item.size() < codings.size() ? item.size() + 1 : item.size());
    const std::size_t semicolon = item.find(';');
    const std::string_view coding = trim(item.substr(0, semicolon));
    const bool accepts = semicolon == std::string_view::npos || !is_refusal(item.substr(semicolon + 1));
    if (transport::same_field_name(coding, "gzip")) return accepts;
    if (coding == "*") accepts_any = accepts;
  }
  return accepts_any;
}

void compress_if_accepted(const transport::HttpRequest& request, transport::HttpResponse& response) {
  if (response.body.size() < smallest_worth_compressing) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request)) return;
  std::string compressed = gzip(response.body);
  if (compressed.empty() || compressed.size() >= response.body.size()) return;
  response.body = std::move(compressed);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace sonde::query
