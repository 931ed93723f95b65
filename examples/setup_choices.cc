// Ways to set up, quoted by docs/sdk.md and docs/configuration.md: one a function, chosen by the argument.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/configuration_file.hpp>
#include <sonde/presets.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

namespace {

std::string secret(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

sonde::Telemetry by_preset() {
  auto options = sonde::presets::langfuse(secret("LANGFUSE_PUBLIC_KEY"), secret("LANGFUSE_SECRET_KEY"));
  options.service_name = "my-llm-app";
  return sonde::setup(std::move(options));
}

sonde::Telemetry by_file_or_environment() {
  sonde::enable_configuration_file();
  return sonde::setup({.service_name = "my-llm-app"});  // by OTEL_CONFIG_FILE, if that is set
}

sonde::Expected<sonde::Telemetry> by_own_configuration() {
  sonde::Configuration configuration;
  configuration.resource = sonde::Resource({{"service.name", std::string("my-llm-app")}});
  auto& traces = configuration.tracer_provider.emplace();
  traces.sampler.root = std::make_shared<sonde::SamplerConfiguration>(sonde::SamplerConfiguration{
      .kind = sonde::SamplerConfiguration::Kind::trace_id_ratio_based, .ratio = 0.1});
  traces.keeps_errors = true;  // whatever fails is exported all the same
  traces.processors.push_back({.exporter = sonde::ConsoleExporterConfiguration{}, .batch = std::nullopt});

  auto finalized = sonde::finalize(std::move(configuration));
  if (!finalized) return finalized.error();  // every problem, with its key
  return sonde::start(*std::move(finalized));
}

sonde::Expected<sonde::Telemetry> set_up(std::string_view way) {
  if (way == "preset") return by_preset();
  if (way == "own") return by_own_configuration();
  return by_file_or_environment();
}

}  // namespace

int main(int argc, char** argv) {
  auto telemetry = set_up(argc > 1 ? argv[1] : "");
  if (!telemetry) {
    std::fprintf(stderr, "%s\n", telemetry.error().message.c_str());
    return 1;
  }
  auto span = sonde::get_tracer("setup_choices").start_span("set up");
  span.set_status(sonde::StatusCode::error, "kept, whatever the sampler says");
}
