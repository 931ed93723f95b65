// More than one way out, by hand instead of by setup(): OTLP, compressed, through a spool that keeps what is
// recorded while the collector is away; and a file with the same spans, for other tools to read.
//
//     exporters FOLDER

#include <sonde/otlp_exporter.hpp>
#include <sonde/otlp_file_exporter.hpp>
#include <sonde/sonde.hpp>
#include <sonde/span_processor.hpp>
#include <sonde/spool.hpp>
#include <sonde/tracer_provider.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

/// To the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, or to this machine.
sonde::Expected<std::unique_ptr<sonde::SpanExporter>> make_patient_exporter(
    const std::string& folder, std::shared_ptr<sonde::SpoolMonitor> monitor) {
  std::vector<std::string> problems;
  auto exporter = sonde::make_otlp_span_exporter({.compression = sonde::OtlpCompression::zstd}, problems);
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  if (!exporter) return exporter.error();
  return sonde::make_spooled_exporter(*std::move(exporter), {.directory = folder + "/spool",
                                                             .max_bytes = 64u << 20,
                                                             .max_age = std::chrono::hours(24),
                                                             .monitor = std::move(monitor)});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  const auto monitor = std::make_shared<sonde::SpoolMonitor>();
  auto patient = make_patient_exporter(folder, monitor);
  auto file = sonde::make_otlp_file_span_exporter(
      {.path = folder + "/traces.jsonl", .max_file_bytes = 10u << 20, .max_files = 5});
  if (!patient || !file) {
    std::fprintf(stderr, "%s\n", (patient ? file.error() : patient.error()).message.c_str());
    return 1;
  }
  sonde::TracerProviderOptions options;
  options.processors.push_back(std::make_unique<sonde::BatchSpanProcessor>(*std::move(patient)));
  options.processors.push_back(std::make_unique<sonde::BatchSpanProcessor>(*std::move(file)));
  {
    sonde::TracerProvider provider(std::move(options));
    const sonde::Tracer tracer = provider.get_tracer("exporters");
    auto span = tracer.start_span("chat gpt-4o-mini", {.kind = sonde::SpanKind::client});
    span.set_attribute("gen_ai.usage.output_tokens", 187);
  }
  const sonde::SpoolStatistics statistics = monitor->read();
  std::printf("spooled %lu, delivered %lu; the rest waits in %s/spool\n",
              static_cast<unsigned long>(statistics.written),
              static_cast<unsigned long>(statistics.delivered), folder.c_str());
}
