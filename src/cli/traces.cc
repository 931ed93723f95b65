// `sonde traces`: the newest traces as a table.

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/reading_options.h"
#include "cli/terminal.h"
#include "cli/trace_source.h"
#include "cli/trace_table.h"
#include "query/trace_json.h"

namespace sonde::cli {
namespace {

struct TracesOptions {
  TraceSourceOptions source;
  store::TraceFilter filter;
  std::optional<std::uint64_t> since;
  bool json = false;
};

void print_json(const std::vector<store::TraceSummary>& traces) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  json.key("traces").begin_array();
  for (const store::TraceSummary& trace : traces) query::write_summary(trace, json);
  json.end_array();
  json.end_object();
  std::cout << text << '\n';
}

bool has_conditions(const store::TraceFilter& filter) {
  return filter.service || filter.span_name || filter.text || filter.errors_only || filter.duration_min ||
         filter.start_time_min || !filter.attributes.empty();
}

void explain_emptiness(const store::TraceFilter& filter) {
  if (has_conditions(filter)) {
    std::cerr << "No trace meets these conditions.\n";
  } else {
    std::cerr << "No traces yet. Point an application at Sonde:\n"
                 "  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n"
                 "or see one at once with `sonde demo`.\n";
  }
}

int run(TracesOptions options) {
  const std::uint64_t now = base::Clock::now();
  if (options.since) options.filter.start_time_min = *options.since < now ? now - *options.since : 0;
  const auto source = open_trace_source(options.source);
  if (!source) return report_failure("traces", source.error());
  const std::size_t limit = options.filter.limit++;  // one more tells whether there are more
  auto traces = (*source)->find(options.filter);
  if (!traces) return report_failure("traces", traces.error());
  const bool has_more = traces->size() > limit;
  if (has_more) traces->resize(limit);
  if (options.json) {
    print_json(*traces);
    return exit_success;
  }
  if (traces->empty()) {
    explain_emptiness(options.filter);
    return exit_success;
  }
  const Terminal terminal = describe_terminal(STDOUT_FILENO);
  std::cout << render_trace_table(*traces, {.terminal = terminal, .now = now});
  if (has_more && terminal.is_terminal) {
    std::cout << terminal.styled("more with --limit " + std::to_string(limit * 5), Style::dim) << '\n';
  }
  return exit_success;
}

}  // namespace

void register_traces(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("traces", "List traces, the newest first");
  const auto options = std::make_shared<TracesOptions>();
  store::TraceFilter& filter = options->filter;
  command->add_option("--service", filter.service, "Only traces with a span of this service")
      ->type_name("TEXT");
  command->add_option("--name", filter.span_name, "Only traces with a span of this name")->type_name("TEXT");
  command->add_option("--text", filter.text,
                      "Only traces with this in the name or service of a span, in any case");
  command->add_flag("--errors", filter.errors_only, "Only traces with a span that failed");
  add_duration_option(*command, "--min-duration", filter.duration_min,
                      "Only traces with a span at least this long");
  add_duration_option(*command, "--since", options->since, "Only traces that began at most this long ago");
  command->add_option("-n,--limit", filter.limit, "At most so many")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000).description(""))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON, as docs/api.md describes it");
  add_source_options(*command, options->source);
  command->footer(
      "Examples:\n"
      "  sonde traces --errors --since 1h\n"
      "  sonde traces --service my-llm-app --min-duration 2s\n"
      "  sonde traces --json | jq '.traces[].inputTokens'");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sonde::cli
