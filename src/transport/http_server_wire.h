#pragma once

// How an answer stands on the wire (RFC 9112).

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "transport/http.h"

namespace sonde::transport {

/// How the end of an answer's body shows to the client.
struct HttpFraming {
  std::optional<std::size_t> content_length = {};  ///< Unset: not known beforehand.
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;  ///< Keep-alive is then said aloud.
};

/// The status line and the fields, with the empty line behind them. Fields of `defaults` stand where the
/// answer has none of that name. Line ends inside a value become spaces, so that a value cannot start another
/// field. Framing fields that the answer brings itself are left out.
[[nodiscard]] std::string response_head(const HttpResponse& response, const HttpHeaders& defaults,
                                        const HttpFraming& framing);

/// Whether answers of this status have no body and no length at all.
[[nodiscard]] bool status_has_no_body(unsigned status) noexcept;

/// Appends one chunk; an empty one is left out, because it would end the body.
void append_chunk(std::string_view data, std::string& out);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace sonde::transport
