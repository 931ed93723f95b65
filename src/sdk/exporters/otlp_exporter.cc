#include "sonde/otlp_exporter.hpp"

#include <new>

#include "sdk/exporters/otlp_client.h"
#include "sdk/exporters/otlp_endpoint.h"
#include "sdk/exporters/signal.h"
#include "sdk/fork.h"

namespace sonde {
namespace {

using sdk::ExporterOf;
using sdk::SignalOf;

/// By signal and protocol; semantic conventions, otel.component.type.
constexpr std::string_view component_types[3][3] = {
    {"otlp_grpc_span_exporter", "otlp_http_span_exporter", "otlp_http_json_span_exporter"},
    {"otlp_grpc_metric_exporter", "otlp_http_metric_exporter", "otlp_http_json_metric_exporter"},
    {"otlp_grpc_log_exporter", "otlp_http_log_exporter", "otlp_http_json_log_exporter"}};

template <class Batch>
class OtlpExporter : public ExporterOf<Batch> {
 public:
  OtlpExporter(sdk::OtlpEndpoint endpoint, const RetryPolicy& retry)
      : endpoint_(std::move(endpoint)), retry_(retry), client_(make_client()) {}

  ExportResult export_batch(const Batch& batch, Deadline deadline) noexcept final {
    try {
      return client_.get_or_make([this] { return make_client(); })->send(batch.otlp_request(), deadline);
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }
  void cancel() noexcept final {
    if (const auto client = client_.get()) client->cancel();
  }
  [[nodiscard]] std::string_view component_type() const noexcept final {
    return component_types[static_cast<std::size_t>(SignalOf<Batch>::value)]
                          [static_cast<std::size_t>(endpoint_.protocol)];
  }

 private:
  [[nodiscard]] std::shared_ptr<sdk::OtlpClient> make_client() const {
    return std::make_shared<sdk::OtlpClient>(SignalOf<Batch>::value, endpoint_, retry_);
  }

  const sdk::OtlpEndpoint endpoint_;
  const RetryPolicy retry_;
  detail::ProcessLocal<sdk::OtlpClient> client_;  ///< A forked child needs its own.
};

class OtlpMetricExporter final : public OtlpExporter<MetricBatch> {
 public:
  OtlpMetricExporter(sdk::OtlpEndpoint endpoint, const RetryPolicy& retry,
                     const sdk::OtlpMetricPreferences& preferences)
      : OtlpExporter(std::move(endpoint), retry), preferences_(preferences) {}

  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override {
    return temporality_of(preferences_.temporality, kind);
  }
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind kind) const override {
    if (kind != InstrumentKind::histogram) return {};
    return {.type = preferences_.histogram_aggregation};
  }

 private:
  sdk::OtlpMetricPreferences preferences_;
};

template <class Batch>
Expected<std::unique_ptr<ExporterOf<Batch>>> make_exporter(const OtlpExporterOptions& options,
                                                           std::vector<std::string>& problems) {
  auto endpoint = sdk::resolve_otlp_endpoint(SignalOf<Batch>::value, options, problems);
  if (!endpoint) return endpoint.error();
  return std::unique_ptr<ExporterOf<Batch>>(
      std::make_unique<OtlpExporter<Batch>>(*std::move(endpoint), options.retry));
}

}  // namespace

Expected<std::unique_ptr<SpanExporter>> make_otlp_span_exporter(const OtlpExporterOptions& options,
                                                                std::vector<std::string>& problems) {
  return make_exporter<SpanBatch>(options, problems);
}

Expected<std::unique_ptr<LogRecordExporter>> make_otlp_log_record_exporter(
    const OtlpExporterOptions& options, std::vector<std::string>& problems) {
  return make_exporter<LogRecordBatch>(options, problems);
}

Expected<std::unique_ptr<MetricExporter>> make_otlp_metric_exporter(const OtlpExporterOptions& options,
                                                                    std::vector<std::string>& problems) {
  auto endpoint = sdk::resolve_otlp_endpoint(sdk::Signal::metrics, options, problems);
  if (!endpoint) return endpoint.error();
  return std::unique_ptr<MetricExporter>(std::make_unique<OtlpMetricExporter>(
      *std::move(endpoint), options.retry, sdk::resolve_otlp_metric_preferences(options, problems)));
}

}  // namespace sonde
