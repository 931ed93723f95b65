#pragma once

// For the fuzz target and the test that replays its seeds: whatever a carrier holds, what is extracted from
// it must survive being injected and extracted again.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/propagator.hpp"

namespace sonde::test {

/// The first line of `input` is the propagators' names, the others are headers: "key: value".
inline std::string propagator_round_trip_fault(std::string_view input) {
  const auto take_line = [&input] {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size() == input.size() ? line.size() : line.size() + 1);
    return line;
  };
  constexpr std::array<const char*, 5> known = {"tracecontext", "baggage", "b3", "b3multi", "jaeger"};
  std::vector<std::string> names;
  const std::string_view wanted = take_line();
  for (const char* const name : known) {
    if (wanted.find(name) != std::string_view::npos) names.emplace_back(name);
  }
  std::vector<std::pair<std::string, std::string>> headers;
  while (!input.empty()) {
    const std::string_view line = take_line();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view value = line.substr(colon + 1);
    headers.emplace_back(line.substr(0, colon), value.starts_with(' ') ? value.substr(1) : value);
  }
  const auto propagator = make_propagator(names);
  if (!propagator) return propagator.error().message;
  const Context context = (*propagator)->extract(headers, Context());
  std::vector<std::pair<std::string, std::string>> injected;
  (*propagator)->inject(injected, context);
  for (const auto& [key, value] : injected) {
    if (value.find_first_of("\r\n") != std::string::npos) return "a value of " + key + " ends its header";
  }
  const SpanContext& span = context.span_context();
  const Context again = (*propagator)->extract(injected, Context());
  if (again.span_context().trace_id() != span.trace_id() ||
      again.span_context().span_id() != span.span_id() ||
      again.span_context().is_sampled() != span.is_sampled()) {
    return "the span context changed";
  }
  if (context.baggage().size() > 180) return "there are too many entries of baggage";
  return {};
}

}  // namespace sonde::test
