// A plugin that is instrumented with Sonde, as an application loads and unloads it. Built twice: with a copy
// of the SDK of its own, hidden from everybody, and against the copy that the application uses.

#include <memory>
#include <optional>
#include <string>

#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "tests/process/span_lines.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {
std::optional<sonde::Telemetry> telemetry;  // goes when the plugin is unloaded
std::unique_ptr<sonde::Span> open_span;
}  // namespace

/// Configures the plugin's own copy of the SDK.
EXPORTED void plugin_set_up(const char* path) {
  telemetry.emplace(sonde::setup({.custom_exporter = std::make_unique<sonde::test::LineExporter>(path)}));
}

EXPORTED void plugin_shut_down() { telemetry.reset(); }

/// The same, with nothing that would stop its worker, which runs when this returns.
EXPORTED void plugin_set_up_for_good(const char* path) {
  sonde::TracerProviderOptions options;
  sonde::BatchOptions batch;
  batch.schedule_delay = std::chrono::milliseconds(1);
  options.processors.push_back(
      std::make_unique<sonde::BatchSpanProcessor>(std::make_unique<sonde::test::LineExporter>(path), batch));
  static auto* const provider = new sonde::TracerProvider(std::move(options));
  provider->set_as_global();
  provider->force_flush();
}

EXPORTED void plugin_record(const char* name) {
  auto span = sonde::get_tracer("plugin").start_as_current_span(name);
  span.set_attribute("plugin", true);
}

/// Leaves a span open, which nothing will end.
EXPORTED void plugin_leave_open() {
  open_span = std::make_unique<sonde::Span>(sonde::get_tracer("plugin").start_span("open"));
  static_cast<void>(open_span.release());
}

/// A span for the application to end, perhaps when the plugin is gone. Only with a shared SDK.
EXPORTED sonde::Span* plugin_start_span(const char* name) {
  return new sonde::Span(sonde::get_tracer("plugin").start_span(name));
}

/// The trace that the plugin's copy of the SDK takes for this thread's current one; empty if there is none.
EXPORTED const char* plugin_current_trace() {
  static std::string text;
  const sonde::SpanContext context = sonde::current_span_context();
  text = context.is_valid() ? context.trace_id().to_hex() : std::string();
  return text.c_str();
}
