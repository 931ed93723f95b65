#include "sonde/configuration_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "configuration_file/parts.h"
#include "sdk/configuration/configuration_file_hook.h"
#include "yaml/parse.h"
#include "yaml/substitution.h"

namespace sonde {
namespace {

using yaml::Fields;
using yaml::Node;

DiagnosticLevel read_log_level(Fields& fields) {
  const auto name = fields.choice("log_level", configuration_file::severity_names);
  if (!name || name->starts_with("info")) return DiagnosticLevel::info;
  if (name->starts_with("warn")) return DiagnosticLevel::warning;
  if (name->starts_with("error") || name->starts_with("fatal")) return DiagnosticLevel::error;
  return DiagnosticLevel::debug;
}

void check_file_format(Fields& fields) {
  const Node* const node = fields.require("file_format");
  if (node == nullptr) return;
  const std::string_view format = as_text(*node).value_or("");
  if (format.starts_with("1.") && format.size() > 2 && format[2] >= '0' && format[2] <= '9') return;
  fields.report().add(node->position, "file_format",
                      "must be 1.0 or a later 1.x, not '" + std::string(format) + "'");
}

/// What concerns instrumentation libraries and other implementations stands in the same file, and is theirs.
void pass_over_the_others(Fields& fields, const Node& root) {
  fields.find("instrumentation/development");
  fields.find("distribution");
  for (const yaml::Entry& entry : root.entries) {
    if (entry.key.starts_with("x-")) fields.find(entry.key);  // where people keep their anchors
  }
}

Configuration read_configuration(const Node& root, yaml::Report& report) {
  namespace parts = configuration_file;
  const Node nothing;
  Configuration configuration;
  Fields fields(root, "", report);
  check_file_format(fields);
  configuration.is_disabled = fields.boolean("disabled").value_or(false);
  configuration.diagnostic_level = read_log_level(fields);
  const Node* const resource = parts::find_value(fields, "resource");
  configuration.resource =
      parts::read_resource(resource == nullptr ? nothing : *resource, "resource", report);
  const Node* const propagator = parts::find_value(fields, "propagator");
  configuration.propagators =
      parts::read_propagators(propagator == nullptr ? nothing : *propagator, "propagator", report);
  parts::AttributeLimits limits;
  if (const Node* const general = parts::find_value(fields, "attribute_limits")) {
    Fields own(*general, "attribute_limits", report);
    limits = parts::read_attribute_limits(own);
  }
  if (const Node* const provider = parts::find_value(fields, "tracer_provider")) {
    configuration.tracer_provider = parts::read_tracer_provider(*provider, "tracer_provider", limits, report);
  }
  if (const Node* const provider = parts::find_value(fields, "meter_provider")) {
    configuration.meter_provider = parts::read_meter_provider(*provider, "meter_provider", report);
  }
  if (const Node* const provider = parts::find_value(fields, "logger_provider")) {
    configuration.logger_provider = parts::read_logger_provider(*provider, "logger_provider", limits, report);
  }
  pass_over_the_others(fields, root);
  return configuration;
}

std::optional<std::string> variable_of_this_process(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Expected<Configuration> parse_configuration(std::string_view text, std::string_view name) {
  Expected<Node> root = yaml::parse(text, name);
  if (!root) return root.error();
  if (const auto done = yaml::substitute(*root, name, variable_of_this_process); !done) return done.error();
  yaml::Report report{std::string(name)};
  Configuration configuration = read_configuration(*root, report);
  if (report.problems.empty()) return configuration;
  std::string message;
  for (const std::string& problem : report.problems) message += (message.empty() ? "" : "\n") + problem;
  return Error{ErrorCode::invalid_argument, std::move(message)};
}

Expected<Configuration> read_configuration_file(const std::string& path) {
  if (!path.ends_with(".yaml") && !path.ends_with(".yml") && !path.ends_with(".json")) {
    return Error{ErrorCode::invalid_argument, path + ": its name must end in .yaml, .yml or .json"};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return Error{ErrorCode::not_found, path + " cannot be read: " + std::strerror(errno)};
  }
  return parse_configuration(text.str(), path);
}

void enable_configuration_file() noexcept {
  detail::configuration_file_reader.store(&read_configuration_file, std::memory_order_release);
}

}  // namespace sonde
