// The same program, traced by what it put together itself.
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "sonde/otlp_exporter.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

int main(int count, char** words) {
  std::vector<std::string> problems;
  sonde::TracerProviderOptions options;
  options.processors.push_back(
      std::make_unique<sonde::BatchSpanProcessor>(*sonde::make_otlp_span_exporter({}, problems)));
  sonde::TracerProvider provider(std::move(options));
  provider.set_as_global();
  auto span = sonde::get_tracer("size").start_as_current_span("operation");
  span.set_attribute("words", count);
  std::vector<std::string> names(words, words + count);
  std::thread([&] { names.emplace_back("thread"); }).join();
  std::cout << names.back() << '\n';
}
