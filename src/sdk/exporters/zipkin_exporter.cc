#include "sonde/zipkin_exporter.hpp"

#include <new>
#include <utility>

#include "sdk/configuration/environment.h"
#include "sdk/exporters/otlp_client.h"
#include "sdk/exporters/zipkin_json.h"
#include "sdk/fork.h"

namespace sonde {
namespace {

using detail::variable;

class ZipkinExporter final : public SpanExporter {
 public:
  explicit ZipkinExporter(sdk::OtlpEndpoint endpoint)
      : endpoint_(std::move(endpoint)), client_(make_client()) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) noexcept override {
    try {
      json_.clear();
      sdk::append_zipkin_json(batch, json_);
      return client_.get_or_make([this] { return make_client(); })->send_encoded(json_, deadline);
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }
  void cancel() noexcept override {
    if (const auto client = client_.get()) client->cancel();
  }

 private:
  [[nodiscard]] std::shared_ptr<sdk::OtlpClient> make_client() const {
    return std::make_shared<sdk::OtlpClient>(sdk::Signal::traces, endpoint_);
  }

  const sdk::OtlpEndpoint endpoint_;
  detail::ProcessLocal<sdk::OtlpClient> client_;  ///< A forked child needs its own.
  std::string json_;                              ///< Keeps its memory.
};

}  // namespace

Expected<std::unique_ptr<SpanExporter>> make_zipkin_exporter(const ZipkinExporterOptions& options,
                                                             std::vector<std::string>& problems) {
  const auto from_environment = [&options](const auto& given, auto read) {
    return given || !options.use_environment ? given : read();
  };
  const auto endpoint = from_environment(options.endpoint, [] {
    const auto text = detail::environment(variable("OTEL_EXPORTER_ZIPKIN_ENDPOINT"));
    return text ? std::optional(std::string(*text)) : std::nullopt;
  });
  const auto timeout = from_environment(options.timeout, [&problems] {
    return detail::environment_time(variable("OTEL_EXPORTER_ZIPKIN_TIMEOUT"), problems);
  });
  // Zipkin's requests and answers are HTTP as OTLP/JSON's are, so the same client serves.
  sdk::OtlpEndpoint receiver{.protocol = OtlpProtocol::http_json,
                             .url = endpoint.value_or("http://localhost:9411/api/v2/spans")};
  if (timeout) receiver.timeout = *timeout;
  if (const auto url = transport::parse_url(receiver.url); !url) {
    return Error{ErrorCode::invalid_argument,
                 "the Zipkin endpoint (OTEL_EXPORTER_ZIPKIN_ENDPOINT) is '" +
                     transport::without_secrets(receiver.url) +
                     "'; it must be a URL that begins with http:// or https:// (" + url.error().message +
                     ")"};
  }
  return std::unique_ptr<SpanExporter>(std::make_unique<ZipkinExporter>(std::move(receiver)));
}

}  // namespace sonde
