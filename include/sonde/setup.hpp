#pragma once

// Traces, metrics and logs in one call, for main():
//
//     auto telemetry = sonde::setup({.service_name = "my-llm-app"});
//
// What is not given here comes from the standard OTEL_* environment variables, and failing those from the
// specification's defaults, so the same program sends to a collector on this machine, to a cloud vendor or to
// the terminal without being compiled again. If OTEL_CONFIG_FILE names a file, that takes the place of the
// other variables, in programs that can read it (configuration_file.hpp).
//
// Source: specification configuration/sdk-environment-variables.md, protocol/exporter.md.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/diagnostics.hpp"
#include "sonde/log_record_exporter.hpp"
#include "sonde/log_record_processor.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/otlp_exporter.hpp"
#include "sonde/sampler.hpp"
#include "sonde/span_exporter.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"
#include "sonde/view.hpp"

namespace sonde {

class LoggerProvider;
class MeterProvider;

enum class ExporterKind : std::uint8_t {
  otlp,
  otlp_stdout,  ///< OTLP as JSON lines on standard output.
  console,      ///< For people.
  zipkin,       ///< Of spans only; the endpoint is the whole URL.
  none,
};

struct SetupOptions {
  std::string service_name = {};  ///< Else OTEL_SERVICE_NAME, else unknown_service:<program>.
  std::string service_version = {};
  Resource resource = {};  ///< More attributes; these win over the environment's.

  // Where telemetry goes. A configuration file leaves none of these in force but the custom exporters.
  std::optional<ExporterKind> exporter =
      {};  ///< Of all signals; else OTEL_TRACES_EXPORTER and so on, else otlp.
  std::optional<ExporterKind> traces_exporter = {};  ///< Of one signal, in place of `exporter`.
  std::optional<ExporterKind> metrics_exporter = {};
  std::optional<ExporterKind> logs_exporter = {};
  std::optional<std::string> endpoint = {};   ///< Else OTEL_EXPORTER_OTLP_ENDPOINT, else this machine.
  std::optional<OtlpProtocol> protocol = {};  ///< Else OTEL_EXPORTER_OTLP_PROTOCOL, else http/protobuf.
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Sent with every OTLP request.
  std::optional<OtlpCompression> compression = {};        ///< Else OTEL_EXPORTER_OTLP_COMPRESSION, else none.
  std::optional<TemporalityPreference> temporality = {};  ///< Of metrics over OTLP; else cumulative.

  /// Export each span and log record as it ends instead of in batches; the default for the console.
  std::optional<bool> simple_processor = {};
  BatchOptions batch = {};  ///< Of spans. Fields at their defaults are taken from OTEL_BSP_*.

  /// In place of all of the above about exporting spans.
  std::unique_ptr<SpanExporter> custom_exporter = {};
  std::unique_ptr<MetricExporter> custom_metric_exporter = {};         ///< The same for metrics.
  std::unique_ptr<LogRecordExporter> custom_log_record_exporter = {};  ///< The same for log records.

  std::vector<std::unique_ptr<SpanProcessor>> span_processors = {};  ///< Called before spans are exported.
  std::unique_ptr<Sampler> sampler = {};                             ///< Else OTEL_TRACES_SAMPLER.
  std::vector<View> views = {};
  std::vector<std::unique_ptr<LogRecordProcessor>> log_record_processors = {};  ///< Called before export.

  /// Whether the SDK measures itself: the metrics otel.sdk.*, which go where the others go. Counting spans
  /// and log records costs some nanoseconds each; the rest costs the program's threads nothing.
  bool self_observation = false;

  /// Told of what goes wrong, one sentence at a time, from any thread; must not block. By default such lines
  /// go to stderr, a few a minute at most.
  DiagnosticHandler on_diagnostic = {};
};

/// Owns the global providers. Its destruction exports what is left, waiting five seconds at most; keep it in
/// main().
class [[nodiscard]] Telemetry {
 public:
  struct Providers {
    std::unique_ptr<TracerProvider> tracer_provider;
    std::unique_ptr<MeterProvider> meter_provider;
    std::unique_ptr<LoggerProvider> logger_provider;
    std::shared_ptr<const void> self_observation = {};  ///< Ends before what it reads.
  };
  explicit Telemetry(Providers providers) noexcept;
  Telemetry(Telemetry&& other) noexcept;
  Telemetry& operator=(Telemetry&& other) noexcept;
  ~Telemetry();

  // Null if OTEL_SDK_DISABLED is true, or if the configuration has none.
  [[nodiscard]] TracerProvider* tracer_provider() noexcept { return providers_.tracer_provider.get(); }
  [[nodiscard]] MeterProvider* meter_provider() noexcept { return providers_.meter_provider.get(); }
  [[nodiscard]] LoggerProvider* logger_provider() noexcept { return providers_.logger_provider.get(); }

  /// Exports what there is of all signals, side by side. False if that was not done in time.
  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000)) noexcept;
  /// Flushes and turns all signals off for good. False if that was not done in time.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) noexcept;

 private:
  template <class Call>
  bool on_all(Call call) noexcept;

  Providers providers_;
};

/// Configures all signals and the propagators, and makes them global. Never fails: what cannot be used (an
/// endpoint that is no URL, say) is reported through on_diagnostic and replaced by its default, or by
/// nothing. Does not wait for the network.
Telemetry setup(SetupOptions options = {});

}  // namespace sonde
