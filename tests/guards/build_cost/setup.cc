// The same program, traced by setup().
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"

int main(int count, char** words) {
  const auto telemetry = sonde::setup({.service_name = "size"});
  auto span = sonde::get_tracer("size").start_as_current_span("operation");
  span.set_attribute("words", count);
  std::vector<std::string> names(words, words + count);
  std::thread([&] { names.emplace_back("thread"); }).join();
  std::cout << names.back() << '\n';
}
