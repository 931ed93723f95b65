#include <sonde/genai/genai.hpp>
#include <sonde/genai/prices.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

int main() {
  auto telemetry = sonde::setup({.service_name = "consumer", .exporter = sonde::ExporterKind::console});
  sonde::genai::Inference chat({.provider = "openai", .model = "gpt-4o-mini"});
  const sonde::genai::Usage usage{.input_tokens = 1'000'000};
  chat.set_response({.usage = usage});
  const auto cost = sonde::genai::PriceTable::built_in().cost("openai", "gpt-4o-mini", usage);
  chat.set_attribute("consumer.cost", cost ? cost->formula : "unknown");
}
