// Serves one of each kind of metric on a free port, which it prints, until its standard input ends.

#include <cstdio>
#include <memory>
#include <string>

#include "sonde/meter.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/prometheus_exporter.hpp"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"

int main() {
  auto exporter = sonde::PrometheusExporter::create({.host = "127.0.0.1", .port = 0});
  if (!exporter) {
    std::fprintf(stderr, "%s\n", exporter.error().message.c_str());
    return 1;
  }
  sonde::MeterProviderOptions options;
  options.resource = sonde::Resource({{"service.name", std::string("interop")}});
  options.exemplar_filter = sonde::ExemplarFilter::always_on;
  sonde::View exponential;
  exponential.selector.name = "exponential";
  exponential.aggregation = sonde::Aggregation::exponential_buckets();
  options.views.push_back(exponential);
  options.readers.push_back(*exporter);
  sonde::MeterProvider provider(std::move(options));

  const auto meter = provider.get_meter("interop", "1.2", "https://schema.example/1");
  meter.create_counter("llm.tokens", {.unit = "{token}", .description = "Quotes \" and \\ and\nlines."})
      .add(42, {{"gen_ai.request.model", "a \"model\" \\ of\ntwo lines, größer"}, {"stream", true}});
  meter.create_gauge("queue.delay", {.unit = "s"}).record(0.25);
  meter.create_up_down_counter("active", {.unit = "{request}"}).add(-3);
  const auto histogram = meter.create_histogram("llm.request.duration",
                                                {.unit = "ms", .explicit_bucket_boundaries = {{10, 100}}});
  for (const double value : {5.0, 50.0, 500.0}) histogram.record(value);
  const auto sizes = meter.create_histogram("exponential", {.unit = "By"});
  for (const double value : {1.0, 2.0, 3.0, 1000.0}) sizes.record(value);

  std::printf("%d\n", static_cast<int>((*exporter)->port()));
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
