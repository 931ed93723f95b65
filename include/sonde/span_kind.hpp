#pragma once

#include <cstdint>

namespace sonde {

/// What a span is to the ones around it. The numbers are OTLP's (trace.proto, SpanKind).
enum class SpanKind : std::uint8_t {
  unspecified = 0,
  internal = 1,  ///< Inside the application; the default.
  server = 2,    ///< Answers a remote call.
  client = 3,    ///< Makes a remote call, and waits for its answer.
  producer = 4,  ///< Sends what somebody handles later.
  consumer = 5,  ///< Handles what a producer sent.
};

/// How a span's operation went (trace.proto, StatusCode).
enum class StatusCode : std::uint8_t {
  unset = 0,  ///< Nothing said; what a successful operation is left at.
  ok = 1,     ///< Explicitly fine; final.
  error = 2,
};

}  // namespace sonde
