// The other side of the tests with official implementations: a program that uses the SDK as any other would.
//
//     interop_peer send PROTOCOL ENDPOINT     sends spans, metrics and log records to an OTLP receiver
//     interop_peer propagate NAMES            starts a trace, prints its headers, reads headers back, goes on
//     with
//                                             the trace that they hold, and prints what it found
//
// Headers go by as lines of name, tab, value, with an empty line at the end.

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/configuration.hpp"
#include "sonde/context.hpp"
#include "sonde/logger_provider.hpp"
#include "sonde/meter.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/metric_reader.hpp"
#include "sonde/propagator.hpp"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace {

using Headers = std::map<std::string, std::string>;

[[noreturn]] void fail(std::string_view why) {
  std::cerr << "interop_peer: " << why << '\n';
  std::exit(1);
}

template <class T>
T get(sonde::Expected<T> expected) {
  if (!expected) fail(expected.error().message);
  return *std::move(expected);
}

sonde::OtlpProtocol protocol_of(std::string_view name) {
  if (name == "grpc") return sonde::OtlpProtocol::grpc;
  if (name == "http/protobuf") return sonde::OtlpProtocol::http_protobuf;
  if (name == "http/json") return sonde::OtlpProtocol::http_json;
  fail("unknown protocol " + std::string(name));
}

void record_spans(sonde::TracerProvider& provider) {
  const sonde::Tracer tracer =
      provider.get_tracer("interop", "1.2.3", "https://schema.example/1", {{"team", "sdk"}});
  auto parent =
      tracer.start_as_current_span("parent", {.kind = sonde::SpanKind::server, .start_time = 1'000'000'000});
  const sonde::SpanContext linked(sonde::TraceId{{0xAB}}, sonde::SpanId{{0xCD}}, {}, true,
                                  sonde::TraceState("a=1"));
  {
    auto child = tracer.start_as_current_span("chat", {.kind = sonde::SpanKind::client});
    child.set_attribute("boolean", true);
    child.set_attribute("integer", std::int64_t{1} << 60);
    child.set_attribute("floating", 0.25);
    child.set_attribute("string", "grüße");
    child.set_attribute(
        "message",
        sonde::AttributeValue::map({{"role", "user"}, {"parts", sonde::AttributeValue::array({1, "two"})}}));
    child.add_event("first token", {{"index", 0}}, 2'000'000'000);
    child.add_link(linked, {{"reason", "retry"}});
    child.set_status(sonde::StatusCode::error, "too late");
  }
  parent.end(4'000'000'000);
}

void record_metrics(sonde::MeterProvider& provider) {
  const sonde::Meter meter = provider.get_meter("interop", "1.2.3");
  meter.create_counter("tokens", {.unit = "{token}", .description = "Used."}).add(42, {{"model", "m"}});
  meter.create_up_down_counter("active").add(-2);
  meter.create_gauge("temperature").record(21.5);
  meter.create_histogram("duration", {.unit = "s", .explicit_bucket_boundaries = {{0.5, 1.0}}}).record(0.75);
}

void record_logs(sonde::LoggerProvider& provider) {
  const sonde::Logger logger = provider.get_logger("interop", "1.2.3");
  const sonde::SpanContext context(sonde::TraceId{{1}}, sonde::SpanId{{2}}, {sonde::TraceFlags::sampled});
  logger.emit({.severity = sonde::Severity::warn,
               .severity_text = "WARNING",
               .body = "slow",
               .event_name = "model.slow",
               .attributes = {{"seconds", 2.5}},
               .time = 3'000'000'000,
               .context = context});
}

int send(std::string_view protocol, const std::string& endpoint) {
  const sonde::Resource resource({{"service.name", std::string("interop-peer")}});
  const sonde::OtlpExporterOptions options{.endpoint = endpoint, .protocol = protocol_of(protocol)};
  std::vector<std::string> problems;
  sonde::TracerProviderOptions tracing{.resource = resource};
  tracing.processors.push_back(
      std::make_unique<sonde::BatchSpanProcessor>(get(sonde::make_otlp_span_exporter(options, problems))));
  sonde::TracerProvider tracer_provider(std::move(tracing));
  sonde::MeterProviderOptions metering{.resource = resource};
  metering.readers.push_back(std::make_shared<sonde::PeriodicMetricReader>(
      get(sonde::make_otlp_metric_exporter(options, problems))));
  sonde::MeterProvider meter_provider(std::move(metering));

  sonde::LoggerProviderOptions logging{.resource = resource};
  logging.processors.push_back(std::make_unique<sonde::BatchLogRecordProcessor>(
      get(sonde::make_otlp_log_record_exporter(options, problems))));
  sonde::LoggerProvider logger_provider(std::move(logging));

  record_spans(tracer_provider);
  record_metrics(meter_provider);
  record_logs(logger_provider);
  const bool done = tracer_provider.shutdown() && meter_provider.shutdown() && logger_provider.shutdown();
  for (const std::string& problem : problems) std::cerr << problem << '\n';
  return done && problems.empty() ? 0 : 1;
}

void write(const Headers& headers) {
  for (const auto& [name, value] : headers) std::cout << name << '\t' << value << '\n';
  std::cout << std::endl;
}

Headers read() {
  Headers headers;
  for (std::string line; std::getline(std::cin, line) && !line.empty();) {
    const std::size_t tab = line.find('\t');
    headers[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return headers;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names(1);
  for (const char c : list) c == ',' ? void(names.emplace_back()) : names.back().push_back(c);
  return names;
}

int propagate(const std::string& names) {
  const auto propagator = get(sonde::make_propagator(split(names)));
  sonde::TracerProvider provider({});
  const sonde::Tracer tracer = provider.get_tracer("interop");
  const sonde::ContextScope with_baggage(
      sonde::Context().set_baggage(sonde::Baggage().set("user.id", "grüße 42", "since=1")));
  const auto ours = tracer.start_as_current_span("ours");
  Headers outgoing;
  propagator->inject(outgoing);
  write(outgoing);

  const sonde::ContextScope scope(propagator->extract(read(), sonde::Context()));
  const sonde::SpanContext parent = sonde::current_span_context();
  const sonde::Span back = tracer.start_span("back");
  Headers found = {{"our-trace-id", ours.context().trace_id().to_hex()},
                   {"our-span-id", ours.context().span_id().to_hex()},
                   {"trace-id", back.context().trace_id().to_hex()},
                   {"parent-span-id", parent.span_id().to_hex()},
                   {"sampled", back.context().is_sampled() ? "1" : "0"},
                   {"remote", parent.is_remote() ? "1" : "0"}};
  for (const auto& [key, value, metadata] : sonde::Baggage::current()) found["baggage." + key] = value;
  write(found);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::span all(arguments, static_cast<std::size_t>(count));
  if (all.size() == 4 && std::string_view(all[1]) == "send") return send(all[2], all[3]);
  if (all.size() == 3 && std::string_view(all[1]) == "propagate") return propagate(all[2]);
  fail("see the comment at the top of main.cc");
}
