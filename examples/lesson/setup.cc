// The lesson's three set-ups, quoted by docs/lesson.md: `lesson_setup basic`, `production` or `complete`.
// Each records a span, so that it shows where it goes.

#include <sonde/console_exporter.hpp>
#include <sonde/meter.hpp>
#include <sonde/meter_provider.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

void basic_setup() {
  sonde::TracerProviderOptions options;

  // Add processor with exporter
  options.processors.push_back(
      std::make_unique<sonde::BatchSpanProcessor>(sonde::make_console_span_exporter()));

  // Create provider, set as global provider
  sonde::TracerProvider provider(std::move(options));
  provider.set_as_global();

  // Get a tracer
  sonde::Tracer tracer = sonde::get_tracer("my-llm-app");
  tracer.start_span("basic").end();
}

void production_setup(const std::string& endpoint) {
  // Configure OTLP exporter
  std::vector<std::string> problems;
  auto exporter = sonde::make_otlp_span_exporter(
      {.endpoint = endpoint, .protocol = sonde::OtlpProtocol::grpc}, problems);  // https:// for TLS
  if (!exporter) throw std::invalid_argument(exporter.error().message);

  sonde::TracerProviderOptions options;
  options.processors.push_back(std::make_unique<sonde::BatchSpanProcessor>(*std::move(exporter)));
  sonde::TracerProvider provider(std::move(options));
  provider.set_as_global();
  sonde::Tracer tracer = sonde::get_tracer("my-llm-app");
  tracer.start_span("production").end();
}

/// Configure OpenTelemetry for production.
sonde::Telemetry setup_observability() {
  // OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL and the others say what is not said here.
  return sonde::setup({.service_name = "my-llm-app", .protocol = sonde::OtlpProtocol::grpc});
}

void complete_setup() {
  // Initialize
  auto telemetry = setup_observability();
  auto tracer = sonde::get_tracer("my-llm-app");
  auto meter = sonde::get_meter("my-llm-app");
  tracer.start_span("complete").end();
  meter.create_counter("llm.tokens.total").add(1);
}

}  // namespace

int main(int count, char** values) {
  const std::string_view way = count > 1 ? values[1] : "";
  if (way == "basic") basic_setup();
  if (way == "production") production_setup(std::getenv("OTEL_EXPORTER_OTLP_ENDPOINT"));
  if (way == "complete") complete_setup();
}
