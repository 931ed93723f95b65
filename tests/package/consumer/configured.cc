#include <sonde/configuration_file.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

int main() {
  sonde::enable_configuration_file();
  auto telemetry = sonde::setup();
  const sonde::Tracer tracer = sonde::get_tracer("consumer");
  const auto span = tracer.start_as_current_span("configured by a file");
}
