#pragma once

// Exporters out of their configuration, alike for the three signals.

#include <concepts>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sonde/configuration.hpp"
#include "sonde/console_exporter.hpp"

namespace sonde::detail {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // clang 16 does not find it by itself

/// How the exporters of a signal are made.
template <class Exporter>
struct Factory;
template <>
struct Factory<SpanExporter> {
  static constexpr std::string_view items = "spans";
  static constexpr auto otlp = make_otlp_span_exporter;
  static constexpr auto file = make_otlp_file_span_exporter;
  static constexpr auto stream = make_otlp_stream_span_exporter;
  static constexpr auto console = make_console_span_exporter;
};

template <>
struct Factory<MetricExporter> {
  static constexpr std::string_view items = "metrics";
  static constexpr auto otlp = make_otlp_metric_exporter;
  static constexpr auto file = make_otlp_file_metric_exporter;
  static constexpr auto stream = make_otlp_stream_metric_exporter;
  static constexpr auto console = make_console_metric_exporter;
};

template <>
struct Factory<LogRecordExporter> {
  static constexpr std::string_view items = "log records";
  static constexpr auto otlp = make_otlp_log_record_exporter;
  static constexpr auto file = make_otlp_file_log_record_exporter;
  static constexpr auto stream = make_otlp_stream_log_record_exporter;
  static constexpr auto console = make_console_log_record_exporter;
};

/// The exporter, or null if it cannot be made, which is a problem.
template <class Exporter>
std::unique_ptr<Exporter> make_exporter(ExporterConfiguration<Exporter> configuration, const std::string& key,
                                        std::vector<std::string>& problems) {
  using Made = std::unique_ptr<Exporter>;
  const auto made = [&](Expected<Made> expected) -> Made {
    if (expected) return *std::move(expected);
    problems.push_back("no " + std::string(Factory<Exporter>::items) + " will be exported (" + key +
                       "): " + expected.error().message);
    return nullptr;
  };
  return std::visit(
      Overloaded{[&](const OtlpExporterOptions& options) {
                   return made(Factory<Exporter>::otlp(options, problems));
                 },
                 [&](const OtlpFileOptions& options) { return made(Factory<Exporter>::file(options)); },
                 [&]<std::same_as<ZipkinExporterOptions> Zipkin>(const Zipkin& options) {
                   return made(make_zipkin_exporter(options, problems));
                 },
                 [](const OtlpStdoutConfiguration&) { return Factory<Exporter>::stream(stdout); },
                 [](const ConsoleExporterConfiguration&) { return Factory<Exporter>::console(stdout); },
                 [&](Made& custom) {
                   if (custom == nullptr) problems.push_back(key + ": the custom exporter is a null pointer");
                   return std::move(custom);
                 }},
      configuration);
}

}  // namespace sonde::detail
