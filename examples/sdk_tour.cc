// All three signals of one program in 60 lines, quoted by docs/sdk.md: set up, trace, measure, log, and carry
// the context to whoever is called.

#include <cstdint>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sonde/logger_provider.hpp>
#include <sonde/meter.hpp>
#include <sonde/meter_provider.hpp>
#include <sonde/propagator.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

namespace {

const sonde::Tracer tracer = sonde::get_tracer("my-llm-app", "1.0");
const sonde::Meter meter = sonde::get_meter("my-llm-app", "1.0");
const sonde::Logger logger = sonde::get_logger("my-llm-app", "1.0");

/// In place of a model behind HTTP.
std::string call_model(std::string_view prompt, const std::map<std::string, std::string>& headers) {
  if (prompt.empty()) throw std::invalid_argument("the prompt is empty");
  return "an answer to trace " + headers.at("traceparent").substr(3, 32);
}

std::string answer(std::string_view prompt) {
  auto span = tracer.start_as_current_span("chat gpt-4o-mini", {.kind = sonde::SpanKind::client});
  span.set_attribute("gen_ai.request.model", "gpt-4o-mini");
  span.add_event("prompt ready", {{"length", prompt.size()}});
  std::map<std::string, std::string> headers;
  sonde::inject(headers);  // traceparent, tracestate, baggage of the current context
  try {
    return call_model(prompt, headers);
  } catch (const std::exception& exception) {
    span.record_exception(exception);
    span.set_status(sonde::StatusCode::error, exception.what());
    logger.emit({.severity = sonde::Severity::error, .body = "the model did not answer"});
    return {};
  }
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "my-llm-app"});

  const auto requests = meter.create_counter("llm.requests", {.unit = "{request}"});
  for (const std::string_view prompt : {"What is a trace?", ""}) {
    requests.add(1, {{"empty", prompt.empty()}});
    answer(prompt);
  }
}
