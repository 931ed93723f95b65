#include "sonde/otlp_exporter.hpp"

#include "sdk/exporters/otlp_client.h"
#include "sdk/exporters/otlp_endpoint.h"

namespace sonde {
namespace {

class OtlpExporter final : public SpanExporter {
 public:
  explicit OtlpExporter(sdk::OtlpEndpoint endpoint) : client_(std::move(endpoint)) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) noexcept override {
    using Kind = sdk::ExportOutcome::Kind;
    sdk::ExportOutcome outcome = client_.send(batch.otlp_request(), deadline);
    const bool delivered = outcome.kind == Kind::success || outcome.kind == Kind::partial;
    return {.delivered = delivered, .rejected = outcome.rejected, .message = std::move(outcome.message)};
  }

  void cancel() noexcept override { client_.cancel(); }

 private:
  sdk::OtlpClient client_;
};

}  // namespace

Expected<std::unique_ptr<SpanExporter>> make_otlp_exporter(const OtlpExporterOptions& options,
                                                           std::vector<std::string>& problems) {
  auto endpoint = sdk::resolve_otlp_endpoint(
      sdk::Signal::traces,
      {.endpoint = options.endpoint, .protocol = options.protocol, .headers = options.headers}, problems);
  if (!endpoint) return endpoint.error();
  return std::unique_ptr<SpanExporter>(std::make_unique<OtlpExporter>(std::move(*endpoint)));
}

}  // namespace sonde
