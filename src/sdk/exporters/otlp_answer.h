#pragma once

// What a receiver's answer to one OTLP request means: taken, refused for good, or to be tried again. Pure
// functions of the answer, which comes from outside and may hold anything.
//
// Source: opentelemetry-proto docs/specification.md (OTLP/gRPC and OTLP/HTTP response, throttling);
// grpc doc/PROTOCOL-HTTP2.md and doc/http-grpc-status-mapping.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sonde/expected.hpp"
#include "sonde/otlp_batch.hpp"
#include "transport/http_client.h"

namespace sonde::sdk {

struct OtlpAnswer {
  enum class Verdict : std::uint8_t { accepted, refused, try_again };

  Verdict verdict = Verdict::accepted;
  ExportFailure failure = ExportFailure::refused;  ///< Of a request that was refused.
  std::uint64_t rejected = 0;  ///< Items of an accepted request that were refused for good.
  std::string message = {};    ///< Empty, or at most a line of text for a person.
  bool timed_out = false;      ///< No answer came in the time allowed.
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< As the receiver asks; never negative.
};

[[nodiscard]] OtlpAnswer read_http_answer(const transport::HttpClientResponse& response);
[[nodiscard]] OtlpAnswer read_grpc_answer(const transport::HttpClientResponse& response);

/// No answer came.
[[nodiscard]] OtlpAnswer read_failure(const Error& error);

}  // namespace sonde::sdk
