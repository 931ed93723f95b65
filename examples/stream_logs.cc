// A program that writes its log to std::clog: each line becomes a log record with the span it belongs to, and
// is still seen in the terminal. Events, which have a name and attributes instead of a text, are emitted
// through a logger. Prints the records as OTLP JSON instead of sending them.

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/logger_provider.hpp>
#include <sonde/otlp_file_exporter.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#include <sonde/stream_bridge.hpp>

namespace {

// As an application writes it.
void index_document(std::string_view name, int chunks) {
  const auto span = sonde::get_tracer("my-llm-app").start_as_current_span("index_document");
  std::clog << "indexed " << name << " in " << chunks << " chunks\n";
}

}  // namespace

int main() {
  const auto telemetry = sonde::setup({.service_name = "my-llm-app"});

  sonde::LoggerProviderOptions options;
  options.resource = sonde::Resource({{"service.name", std::string("my-llm-app")}});
  options.processors.push_back(
      std::make_unique<sonde::BatchLogRecordProcessor>(sonde::make_otlp_stream_log_record_exporter(stdout)));
  sonde::LoggerProvider provider(std::move(options));  // exports what is left when it goes
  provider.set_as_global();

  {
    const sonde::StreamBridge bridge(std::clog);
    index_document("handbook.pdf", 12);
    index_document("faq.md", 3);
  }

  const sonde::Logger logger = sonde::get_logger("my-llm-app");
  if (logger.is_enabled(sonde::Severity::info, "index.built")) {
    logger.emit({.severity = sonde::Severity::info,
                 .event_name = "index.built",
                 .attributes = {{"documents", 2}, {"chunks", 15}}});
  }
}
