#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

int main() {
  auto telemetry = sonde::setup({.service_name = "consumer", .exporter = sonde::ExporterKind::console});
  const sonde::Tracer tracer = sonde::get_tracer("consumer");
  auto span = tracer.start_as_current_span("hello from an installed sonde");
  span.set_attribute("answer", 42);
}
