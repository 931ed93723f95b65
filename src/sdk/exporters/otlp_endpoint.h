#pragma once

// Where OTLP goes and how: what the program says, else the OTEL_EXPORTER_OTLP_* variables of the signal, else
// those of all signals, else the specification's defaults, brought to one finished value.
//
// Source: specification protocol/exporter.md, configuration/sdk-environment-variables.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sonde/expected.hpp"
#include "sonde/otlp_exporter.hpp"
#include "transport/http.h"

namespace sonde::sdk {

enum class Signal : std::uint8_t { traces, metrics, logs };
enum class OtlpCompression : std::uint8_t { none, gzip };

/// What the program says; what it leaves out is the environment's to say.
struct OtlpOptions {
  /// As OTEL_EXPORTER_OTLP_ENDPOINT: a base URL, to which OTLP/HTTP appends /v1/traces and the like.
  std::optional<std::string> endpoint = {};
  std::optional<OtlpProtocol> protocol = {};
  transport::HttpHeaders headers = {};  ///< Beside the environment's; one of the same name replaces it.
  std::optional<OtlpCompression> compression = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<std::string> certificate = {};  ///< Paths of PEM files.
  std::optional<std::string> client_key = {};
  std::optional<std::string> client_certificate = {};
};

/// A receiver of OTLP: all that sending needs to know.
struct OtlpEndpoint {
  OtlpProtocol protocol = OtlpProtocol::http_protobuf;
  std::string url = {};  ///< What is posted to: with OTLP/gRPC it ends in the method's name.
  transport::HttpHeaders headers = {};
  OtlpCompression compression = OtlpCompression::none;
  std::chrono::milliseconds timeout{10'000};  ///< For one export with its retries; the largest value: none.
  std::string certificate_file = {};          ///< PEM; empty: what the system trusts.
  std::string client_key_file = {};
  std::string client_certificate_file = {};
};

/// Resolves the options for a signal. A variable that cannot be understood is ignored, and a sentence about
/// it added to `problems`; but an endpoint that is no URL fails with invalid_argument, because the data would
/// go elsewhere than meant. Reads the environment: not while another thread writes it. No header values in
/// messages.
[[nodiscard]] Expected<OtlpEndpoint> resolve_otlp_endpoint(Signal signal, const OtlpOptions& options,
                                                           std::vector<std::string>& problems);

}  // namespace sonde::sdk
