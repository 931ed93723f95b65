#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

int main() {
  // Sends to this machine, or where OTEL_EXPORTER_OTLP_ENDPOINT says; goes on until the end of main.
  auto telemetry = sonde::setup({.service_name = "my-llm-app"});
  auto tracer = sonde::get_tracer("my-llm-app");

  auto span = tracer.start_as_current_span("chat gpt-4o-mini", {.kind = sonde::SpanKind::client});
  span.set_attribute("gen_ai.operation.name", "chat");
  span.set_attribute("gen_ai.provider.name", "openai");
  span.set_attribute("gen_ai.request.model", "gpt-4o-mini");
  // ... call the model here ...
  span.set_attribute("gen_ai.usage.input_tokens", 1042);
  span.set_attribute("gen_ai.usage.output_tokens", 187);
}
