#include "sonde/configuration.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sdk/configuration/finalized_state.h"
#include "sdk/configuration/make_exporter.h"
#include "sonde/sampler.hpp"

namespace sonde {
namespace detail {
namespace {

using Problems = std::vector<std::string>;

/// Puts a number that is out of its range back to its default.
template <class Number>
void check_range(Number& number, Number least, Number otherwise, const std::string& key, Problems& problems) {
  if (number >= least) return;
  problems.push_back(key + " is below its least value, and is taken as its default");
  number = otherwise;
}

BatchOptions checked(BatchOptions batch, const std::string& key, Problems& problems) {
  using std::chrono::milliseconds;
  const BatchOptions defaults;
  check_range(batch.schedule_delay, milliseconds(0), defaults.schedule_delay, key + ".schedule_delay",
              problems);
  check_range(batch.export_timeout, milliseconds(1), defaults.export_timeout, key + ".export_timeout",
              problems);
  check_range<std::size_t>(batch.max_queue_size, 1, defaults.max_queue_size, key + ".max_queue_size",
                           problems);
  check_range<std::size_t>(batch.max_export_batch_size, 1,
                           std::min(defaults.max_export_batch_size, batch.max_queue_size),
                           key + ".max_export_batch_size", problems);
  check_range<std::size_t>(batch.max_queue_bytes, 1, defaults.max_queue_bytes, key + ".max_queue_bytes",
                           problems);
  check_range<std::size_t>(batch.max_export_batch_bytes, 1, defaults.max_export_batch_bytes,
                           key + ".max_export_batch_bytes", problems);
  if (batch.max_export_batch_size > batch.max_queue_size) {
    problems.push_back(key + ".max_export_batch_size is larger than max_queue_size, and is taken as that");
    batch.max_export_batch_size = batch.max_queue_size;
  }
  return batch;
}

/// Null stands for the default: follows the parent and samples every root.
std::unique_ptr<Sampler> make_sampler(const SamplerConfiguration& configuration, const std::string& key,
                                      Problems& problems) {
  using Kind = SamplerConfiguration::Kind;
  if (configuration.kind == Kind::always_on) return std::make_unique<AlwaysOnSampler>();
  if (configuration.kind == Kind::always_off) return std::make_unique<AlwaysOffSampler>();
  if (configuration.kind == Kind::trace_id_ratio_based) {
    const bool is_right = configuration.ratio >= 0.0 && configuration.ratio <= 1.0;
    if (!is_right) problems.push_back(key + ".ratio must be a number from 0 to 1, and is taken as 1");
    return std::make_unique<TraceIdRatioBasedSampler>(is_right ? configuration.ratio : 1.0);
  }
  const auto delegate = [&](const std::shared_ptr<const SamplerConfiguration>& given, const char* name) {
    return given == nullptr ? nullptr : make_sampler(*given, key + "." + name, problems);
  };
  return std::make_unique<ParentBasedSampler>(ParentBasedSampler::Delegates{
      .root = delegate(configuration.root, "root"),
      .remote_parent_sampled = delegate(configuration.remote_parent_sampled, "remote_parent_sampled"),
      .remote_parent_not_sampled =
          delegate(configuration.remote_parent_not_sampled, "remote_parent_not_sampled"),
      .local_parent_sampled = delegate(configuration.local_parent_sampled, "local_parent_sampled"),
      .local_parent_not_sampled =
          delegate(configuration.local_parent_not_sampled, "local_parent_not_sampled")});
}

template <class Exporter, class ProcessorConfiguration>
std::vector<Output<Exporter>> make_outputs(std::vector<ProcessorConfiguration>& processors,
                                           const std::string& provider, Problems& problems) {
  std::vector<Output<Exporter>> outputs;
  for (std::size_t i = 0; i < processors.size(); ++i) {
    auto& [exporter, batch] = processors[i];
    const std::string key = provider + ".processors[" + std::to_string(i) + "]";
    if (batch) batch = checked(*batch, key, problems);
    if (auto made = make_exporter<Exporter>(std::move(exporter), key, problems); made != nullptr) {
      outputs.push_back({std::move(made), batch});
    }
  }
  return outputs;
}

/// Takes null pointers out of a list of the program's own parts.
template <class Pointer>
std::vector<Pointer> without_null(std::vector<Pointer> list, const std::string& key, Problems& problems) {
  if (std::erase(list, nullptr) != 0) problems.push_back(key + " holds a null pointer");
  return list;
}

FinalizedTracerProvider finalize_tracer_provider(TracerProviderConfiguration configuration,
                                                 Problems& problems) {
  FinalizedTracerProvider provider;
  provider.keeps_errors = configuration.keeps_errors;
  TracerProviderOptions& options = provider.options;
  provider.outputs = make_outputs<SpanExporter>(configuration.processors, "tracer_provider", problems);
  options.processors =
      without_null(std::move(configuration.custom_processors), "tracer_provider.custom_processors", problems);
  options.limits = configuration.limits;
  options.sampler = configuration.custom_sampler != nullptr
                        ? std::move(configuration.custom_sampler)
                        : make_sampler(configuration.sampler, "tracer_provider.sampler", problems);
  options.id_generator = std::move(configuration.id_generator);
  options.tracers = std::move(configuration.tracers);
  return provider;
}

/// False, and a problem, for a view that could not do what it says.
bool check_view(const View& view, const std::string& key, Problems& problems) {
  const std::size_t before = problems.size();
  const auto wrong = [&](const char* what) { problems.push_back(key + what + "; the view is left out"); };
  if (view.name && view.selector.name.find_first_of("*?") != std::string::npos) {
    wrong(".name cannot be given to several instruments: the selector's name has a wildcard");
  }
  if (view.cardinality_limit && *view.cardinality_limit == 0) wrong(".cardinality_limit must be at least 1");
  if (view.aggregation) {
    const auto& boundaries = view.aggregation->boundaries;
    const bool are_finite =
        std::all_of(boundaries.begin(), boundaries.end(), [](double b) { return std::isfinite(b); });
    if (!are_finite || std::adjacent_find(boundaries.begin(), boundaries.end(), std::greater_equal<>()) !=
                           boundaries.end()) {
      wrong(".aggregation.boundaries must be finite and increasing");
    }
    if (view.aggregation->max_size < 2) wrong(".aggregation.max_size must be at least 2");
    if (view.aggregation->max_scale < -10 || view.aggregation->max_scale > 20) {
      wrong(".aggregation.max_scale must be from -10 to 20");
    }
  }
  return problems.size() == before;
}

FinalizedMeterProvider finalize_meter_provider(MeterProviderConfiguration configuration, Problems& problems) {
  using std::chrono::milliseconds;
  const PeriodicReaderOptions defaults;
  FinalizedMeterProvider provider;
  for (std::size_t i = 0; i < configuration.readers.size(); ++i) {
    auto& [exporter, options] = configuration.readers[i];
    const std::string key = "meter_provider.readers[" + std::to_string(i) + "]";
    check_range(options.interval, milliseconds(1), defaults.interval, key + ".interval", problems);
    check_range(options.timeout, milliseconds(1), defaults.timeout, key + ".timeout", problems);
    if (auto made = make_exporter<MetricExporter>(std::move(exporter), key, problems); made != nullptr) {
      provider.readers.push_back({std::move(made), options});
    }
  }
  for (std::size_t i = 0; i < configuration.views.size(); ++i) {
    View& view = configuration.views[i];
    if (check_view(view, "meter_provider.views[" + std::to_string(i) + "]", problems)) {
      provider.options.views.push_back(std::move(view));
    }
  }
  provider.options.readers =
      without_null(std::move(configuration.custom_readers), "meter_provider.custom_readers", problems);
  for (const PrometheusOptions& options : configuration.prometheus) {
    auto exporter = PrometheusExporter::create(options);
    if (exporter) {
      provider.options.readers.push_back(*std::move(exporter));
    } else {
      problems.push_back("no metrics can be fetched (meter_provider.prometheus): " +
                         exporter.error().message);
    }
  }
  provider.options.exemplar_filter = configuration.exemplar_filter;
  provider.options.meters = std::move(configuration.meters);
  return provider;
}

FinalizedLoggerProvider finalize_logger_provider(LoggerProviderConfiguration configuration,
                                                 Problems& problems) {
  FinalizedLoggerProvider provider;
  provider.outputs = make_outputs<LogRecordExporter>(configuration.processors, "logger_provider", problems);
  provider.options.processors =
      without_null(std::move(configuration.custom_processors), "logger_provider.custom_processors", problems);
  provider.options.limits = configuration.limits;
  provider.options.loggers = std::move(configuration.loggers);
  return provider;
}

std::unique_ptr<TextMapPropagator> finalize_propagator(Configuration& configuration, Problems& problems) {
  if (configuration.custom_propagator != nullptr) return std::move(configuration.custom_propagator);
  auto made = make_propagator(configuration.propagators);
  if (made) return *std::move(made);
  problems.push_back("propagators: " + made.error().message + "; the defaults are used");
  made = make_propagator(Configuration().propagators);
  return made ? *std::move(made) : nullptr;
}

}  // namespace

FinalizedConfiguration finalize_what_is_right(Configuration configuration, Problems& problems) {
  auto state = std::make_unique<FinalizedState>();
  state->is_disabled = configuration.is_disabled;
  state->diagnostic_level = configuration.diagnostic_level;
  state->self_observation = configuration.self_observation;
  state->resource = std::move(configuration.resource);
  state->propagator = finalize_propagator(configuration, problems);
  if (configuration.tracer_provider && !state->is_disabled) {
    state->tracer_provider = finalize_tracer_provider(*std::move(configuration.tracer_provider), problems);
  }
  if (configuration.meter_provider && !state->is_disabled) {
    state->meter_provider = finalize_meter_provider(*std::move(configuration.meter_provider), problems);
  }
  if (configuration.logger_provider && !state->is_disabled) {
    state->logger_provider = finalize_logger_provider(*std::move(configuration.logger_provider), problems);
  }
  return FinalizedAccess::make(std::move(state));
}

}  // namespace detail

FinalizedConfiguration::FinalizedConfiguration(std::unique_ptr<detail::FinalizedState> state) noexcept
    : state_(std::move(state)) {}
FinalizedConfiguration::FinalizedConfiguration(FinalizedConfiguration&&) noexcept = default;
FinalizedConfiguration& FinalizedConfiguration::operator=(FinalizedConfiguration&&) noexcept = default;
FinalizedConfiguration::~FinalizedConfiguration() = default;

bool FinalizedConfiguration::is_disabled() const noexcept { return state_->is_disabled; }
const Resource& FinalizedConfiguration::resource() const noexcept { return state_->resource; }

Expected<FinalizedConfiguration> finalize(Configuration configuration) {
  std::vector<std::string> problems;
  FinalizedConfiguration finalized = detail::finalize_what_is_right(std::move(configuration), problems);
  if (problems.empty()) return finalized;
  std::string message;
  for (const std::string& problem : problems) message += (message.empty() ? "" : "\n") + problem;
  return Error{ErrorCode::invalid_argument, std::move(message)};
}

}  // namespace sonde
