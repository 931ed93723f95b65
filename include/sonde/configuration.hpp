#pragma once

// The whole configuration of the SDK as a value: what setup() makes of the environment and of its options,
// and what a configuration file holds. Programs that want more than setup() offers fill one in themselves:
//
//     sonde::Configuration configuration;
//     configuration.resource = sonde::Resource({{"service.name", std::string("my-llm-app")}});
//     configuration.tracer_provider.emplace().processors.push_back({.exporter =
//     sonde::OtlpExporterOptions{}}); auto finalized = sonde::finalize(std::move(configuration)); if
//     (!finalized) return report(finalized.error()); auto telemetry = sonde::start(*std::move(finalized));
//
// A Configuration may hold anything; a FinalizedConfiguration only comes out of finalize(), so whatever runs
// has been checked as a whole: numbers within their ranges, endpoints that are URLs, known names.
//
// Source: specification configuration/sdk.md; its schema,
// github.com/open-telemetry/opentelemetry-configuration.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sonde/diagnostics.hpp"
#include "sonde/expected.hpp"
#include "sonde/log_record_processor.hpp"
#include "sonde/logger_provider.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/metric_reader.hpp"
#include "sonde/otlp_exporter.hpp"
#include "sonde/otlp_file_exporter.hpp"
#include "sonde/prometheus_exporter.hpp"
#include "sonde/propagator.hpp"
#include "sonde/resource.hpp"
#include "sonde/setup.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"
#include "sonde/view.hpp"
#include "sonde/zipkin_exporter.hpp"

namespace sonde {

namespace detail {
struct FinalizedAccess;
struct FinalizedState;
}  // namespace detail

/// Which traces are recorded. A value; nothing is shared with the sampler made from it.
struct SamplerConfiguration {
  enum class Kind : std::uint8_t { always_on, always_off, trace_id_ratio_based, parent_based };

  Kind kind = Kind::parent_based;
  double ratio = 1.0;  ///< Of trace_id_ratio_based: from 0 to 1.

  // Of parent_based: what decides in each case. Null: the root and sampled parents always on, others off.
  std::shared_ptr<const SamplerConfiguration> root = {};
  std::shared_ptr<const SamplerConfiguration> remote_parent_sampled = {};
  std::shared_ptr<const SamplerConfiguration> remote_parent_not_sampled = {};
  std::shared_ptr<const SamplerConfiguration> local_parent_sampled = {};
  std::shared_ptr<const SamplerConfiguration> local_parent_not_sampled = {};
};

/// Prints to the terminal, for people.
struct ConsoleExporterConfiguration {};
/// Prints OTLP as JSON lines to standard output.
struct OtlpStdoutConfiguration {};

namespace detail {
template <class Exporter, class... More>
struct ExporterChoices {
  using Type = std::variant<OtlpExporterOptions, OtlpFileOptions, OtlpStdoutConfiguration,
                            ConsoleExporterConfiguration, std::unique_ptr<Exporter>, More...>;
};
template <>
struct ExporterChoices<SpanExporter> : ExporterChoices<SpanExporter, ZipkinExporterOptions> {};
}  // namespace detail

/// Where a signal goes; the pointer is an exporter of the program's own. Zipkin takes spans only.
template <class Exporter>
using ExporterConfiguration = typename detail::ExporterChoices<Exporter>::Type;

struct SpanProcessorConfiguration {
  ExporterConfiguration<SpanExporter> exporter = {};
  std::optional<BatchOptions> batch = BatchOptions();  ///< Nothing: each span as it ends.
};

struct TracerProviderConfiguration {
  std::vector<SpanProcessorConfiguration> processors = {};
  /// Called before those above: what adds to spans, or watches them.
  std::vector<std::unique_ptr<SpanProcessor>> custom_processors = {};
  SpanLimits limits = {};
  SamplerConfiguration sampler = {};
  std::unique_ptr<Sampler> custom_sampler = {};  ///< In place of `sampler`.
  /// Export what fails even where its trace is not sampled; see error_keeping.hpp.
  bool keeps_errors = false;
  std::unique_ptr<IdGenerator> id_generator = {};  ///< Null: random ids.
  std::vector<ScopeRule> tracers = {};             ///< Which are turned off.
};

/// Metrics collected at intervals, and where they go.
struct PeriodicReaderConfiguration {
  ExporterConfiguration<MetricExporter> exporter = {};
  PeriodicReaderOptions options = {};
};

struct MeterProviderConfiguration {
  std::vector<PeriodicReaderConfiguration> readers = {};
  std::vector<PrometheusOptions> prometheus = {};  ///< Each listens on a port of its own.
  std::vector<std::shared_ptr<MetricReader>> custom_readers = {};
  std::vector<View> views = {};
  ExemplarFilter exemplar_filter = ExemplarFilter::trace_based;
  std::vector<ScopeRule> meters = {};  ///< Which are turned off.
};

struct LogRecordProcessorConfiguration {
  ExporterConfiguration<LogRecordExporter> exporter = {};
  std::optional<BatchOptions> batch = default_log_record_batch();  ///< Nothing: each record as it comes.
};

struct LoggerProviderConfiguration {
  std::vector<LogRecordProcessorConfiguration> processors = {};
  /// Called before those above: what changes records.
  std::vector<std::unique_ptr<LogRecordProcessor>> custom_processors = {};
  LogRecordLimits limits = {};
  std::vector<LoggerRule> loggers = {};  ///< What they let through.
};

/// A signal without a provider records nothing.
struct Configuration {
  bool is_disabled = false;  ///< All signals; propagators work all the same.
  DiagnosticLevel diagnostic_level = DiagnosticLevel::info;
  bool self_observation = false;  ///< As in SetupOptions.
  Resource resource = {};
  std::vector<std::string> propagators = {"tracecontext", "baggage"};  ///< See make_propagator().
  std::unique_ptr<TextMapPropagator> custom_propagator = {};           ///< In place of `propagators`.
  std::optional<TracerProviderConfiguration> tracer_provider = {};
  std::optional<MeterProviderConfiguration> meter_provider = {};
  std::optional<LoggerProviderConfiguration> logger_provider = {};
};

/// A configuration that has been checked, with its exporters made. It cannot be made otherwise.
class FinalizedConfiguration {
 public:
  FinalizedConfiguration(FinalizedConfiguration&&) noexcept;
  FinalizedConfiguration& operator=(FinalizedConfiguration&&) noexcept;
  ~FinalizedConfiguration();

  [[nodiscard]] bool is_disabled() const noexcept;
  [[nodiscard]] const Resource& resource() const noexcept;

 private:
  friend struct detail::FinalizedAccess;
  explicit FinalizedConfiguration(std::unique_ptr<detail::FinalizedState> state) noexcept;

  std::unique_ptr<detail::FinalizedState> state_;
};

/// Checks everything and makes the exporters, which do not connect yet. Fails with invalid_argument and a
/// message that has a line for every problem, each of which names the key. For what a configuration leaves to
/// the environment (fields of OtlpExporterOptions), the environment is read here: not while another thread
/// writes it.
[[nodiscard]] Expected<FinalizedConfiguration> finalize(Configuration configuration);

/// Makes the providers and sets them and the propagators globally. Does not wait for the network.
Telemetry start(FinalizedConfiguration configuration);

}  // namespace sonde
