// `sonde show`: one trace as a tree.

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstddef>
#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/reading_options.h"
#include "cli/terminal.h"
#include "cli/trace_source.h"
#include "cli/trace_tree.h"
#include "otlp/encode.h"

namespace sonde::cli {
namespace {

struct ShowOptions {
  TraceSourceOptions source;
  std::string trace_id;
  bool last = false;
  bool attributes = false;
  bool all = false;
  bool json = false;
};

Expected<std::string> newest_trace_id(TraceSource& source) {
  store::TraceFilter filter;
  filter.limit = 1;
  const auto traces = source.find(filter);
  if (!traces) return traces.error();
  if (traces->empty()) return Error{ErrorCode::not_found, "there are no traces yet"};
  return traces->front().trace_id.to_hex();
}

void print_tree(const otlp::TraceBatch& trace, const ShowOptions& options) {
  TreeOptions tree;
  tree.terminal = describe_terminal(STDOUT_FILENO);
  tree.attributes = options.attributes;
  if (options.all) tree.max_spans = std::numeric_limits<std::size_t>::max();
  std::cout << render_trace_tree(trace, tree);
  if (trace.items.size() > tree.max_spans) {
    std::cout << '\n'
              << tree.terminal.styled("Not all of " + format_plural(trace.items.size(), "span") +
                                          " are shown; --all shows every one",
                                      Style::dim)
              << '\n';
  }
}

int run(const ShowOptions& options) {
  const auto source = open_trace_source(options.source);
  if (!source) return report_failure("show", source.error());
  Expected<std::string> id = options.last ? newest_trace_id(**source) : options.trace_id;
  if (!id) return report_failure("show", id.error());
  const auto trace = (*source)->trace(*id);
  if (!trace) return report_failure("show", trace.error());
  if (options.json) {
    std::cout << otlp::encode(**trace, otlp::Encoding::json) << '\n';
  } else {
    print_tree(**trace, options);
  }
  return exit_success;
}

}  // namespace

void register_show(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("show", "Show one trace as a tree");
  const auto options = std::make_shared<ShowOptions>();
  CLI::Option* const id = command->add_option(
      "TRACE_ID", options->trace_id, "The trace's id, or its first digits if no other trace has them");
  id->type_name("");
  command->add_flag("--last", options->last, "The newest trace")->excludes(id);
  command->add_flag("-a,--attributes", options->attributes,
                    "Show the attributes, events and links of every span");
  command->add_flag("--all", options->all, "Show every span, however many there are");
  command->add_flag("--json", options->json, "Print OTLP/JSON");
  add_source_options(*command, options->source);
  command->footer(
      "Examples:\n"
      "  sonde show --last\n"
      "  sonde show 4bf92f35 --attributes\n"
      "  sonde show 4bf92f35 --json | jq .");
  command->callback([options, &exit_code] {
    if (options->trace_id.empty() && !options->last) throw CLI::RequiredError("TRACE_ID or --last");
    exit_code = run(*options);
  });
}

}  // namespace sonde::cli
