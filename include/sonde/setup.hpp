#pragma once

// Tracing in one call, for main():
//
//     auto telemetry = sonde::setup({.service_name = "my-llm-app"});
//
// What is not given here comes from the standard OTEL_* environment variables, and failing those from the
// specification's defaults, so the same program sends to a collector on this machine, to a cloud vendor or to
// the terminal without being compiled again.
//
// Source: specification configuration/sdk-environment-variables.md, protocol/exporter.md.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/otlp_exporter.hpp"
#include "sonde/span_exporter.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {

enum class ExporterKind : std::uint8_t { otlp, console, none };

struct SetupOptions {
  std::string service_name = {};  ///< Else OTEL_SERVICE_NAME, else unknown_service:<program>.
  std::string service_version = {};
  Resource resource = {};  ///< More attributes; these win over the environment's.

  std::optional<ExporterKind> exporter = {};  ///< Else OTEL_TRACES_EXPORTER, else otlp.
  std::optional<std::string> endpoint = {};   ///< Else OTEL_EXPORTER_OTLP_ENDPOINT, else this machine.
  std::optional<OtlpProtocol> protocol = {};  ///< Else OTEL_EXPORTER_OTLP_PROTOCOL, else http/protobuf.
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Sent with every OTLP request.

  /// Export each span as it ends instead of in batches; the default for the console.
  std::optional<bool> simple_processor = {};
  BatchOptions batch = {};  ///< Fields at their defaults are taken from OTEL_BSP_*.

  /// In place of all of the above about exporting.
  std::unique_ptr<SpanExporter> custom_exporter = {};

  /// Told of what goes wrong, one sentence at a time, from any thread; must not block. By default such lines
  /// go to stderr, a few a minute at most.
  std::function<void(std::string_view)> on_diagnostic = {};
};

/// Owns the global provider. Its destruction exports what is left, waiting five seconds at most; keep it in
/// main().
class [[nodiscard]] Telemetry {
 public:
  explicit Telemetry(std::unique_ptr<TracerProvider> provider) noexcept : provider_(std::move(provider)) {}
  Telemetry(Telemetry&&) noexcept = default;
  Telemetry& operator=(Telemetry&&) noexcept = default;
  ~Telemetry() = default;

  /// Null if OTEL_SDK_DISABLED is true.
  [[nodiscard]] TracerProvider* tracer_provider() noexcept { return provider_.get(); }

  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000)) noexcept {
    return provider_ == nullptr || provider_->force_flush(timeout);
  }
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) noexcept {
    return provider_ == nullptr || provider_->shutdown(timeout);
  }

 private:
  std::unique_ptr<TracerProvider> provider_;
};

/// Configures tracing and makes it global. Never fails: what cannot be used (an endpoint that is no URL, say)
/// is reported through on_diagnostic and replaced by its default, or by nothing. Does not wait for the
/// network.
Telemetry setup(SetupOptions options = {});

}  // namespace sonde
