#pragma once

// How answers look, whatever the question: JSON with its header fields, errors as the page's API shows them,
// and compression for clients that take it.

#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "transport/http.h"

namespace sonde::query {

[[nodiscard]] transport::HttpResponse json_answer(std::string body, unsigned status = 200);

/// {"error": {"code": 404, "message": "no trace 4bf9…"}}
[[nodiscard]] transport::HttpResponse error_answer(const Error& error);
[[nodiscard]] transport::HttpResponse error_answer(unsigned status, std::string_view message);

/// The HTTP status that says what kind of failure it is.
[[nodiscard]] unsigned http_status(ErrorCode code) noexcept;

/// Whether the client takes a gzip answer (RFC 9110 section 12.5.3).
[[nodiscard]] bool accepts_gzip(const transport::HttpRequest& request);

/// Compresses the body if that saves anything and the client takes it.
void compress_if_accepted(const transport::HttpRequest& request, transport::HttpResponse& response);

}  // namespace sonde::query
