#include "sdk/configuration/variables.h"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <iterator>

#include "base/nearest.h"
#include "sdk/configuration/variable_table.h"
#include "sdk/fork.h"

namespace sonde::detail {
namespace {

constexpr std::string_view otlp_prefix = "OTEL_EXPORTER_OTLP_";
constexpr std::string_view signal_infixes[] = {"TRACES_", "METRICS_", "LOGS_"};

struct SignalVariable {
  std::string name;  ///< What the row's name is a view of.
  Variable row;
};

/// The rows of single signals, three after each other for each general one.
struct SignalVariables {
  SignalVariables() {
    for (const Variable& general : variable_table) {
      if (!general.is_per_signal) continue;
      for (const std::string_view infix : signal_infixes) {
        SignalVariable& added = rows.emplace_back();
        added.name = std::string(otlp_prefix) + std::string(infix);
        added.name += general.name.substr(otlp_prefix.size());
        added.row = general;
        added.row.name = added.name;
      }
    }
  }

  std::deque<SignalVariable> rows;
};

/// Immortal, as rows are.
const std::deque<SignalVariable>& signal_variables() {
  static constinit Immortal<SignalVariables> all;
  return all.get().rows;
}

std::string_view type_name(VariableType type) {
  switch (type) {
    case VariableType::boolean: return "true or false";
    case VariableType::integer: return "whole number";
    case VariableType::duration: return "milliseconds";
    case VariableType::timeout: return "milliseconds, 0: no limit";
    case VariableType::text: return "text";
    case VariableType::choice: return "one of";
    case VariableType::list: return "list of";
    case VariableType::pairs: return "list of key=value";
  }
  return {};
}

std::string type_cell(const Variable& row) {
  std::string cell(type_name(row.type));
  std::string_view choices = row.choices;
  for (std::size_t end = 0; !choices.empty(); choices.remove_prefix(std::min(end + 1, choices.size()))) {
    end = std::min(choices.find(' '), choices.size());
    cell += " `" + std::string(choices.substr(0, end)) + "`";
  }
  if (row.type == VariableType::integer && row.least != 0) cell += " from " + std::to_string(row.least);
  return cell;
}

}  // namespace

const Variable& of_signal(Signal signal, const Variable& general) {
  std::string name(otlp_prefix);
  name += signal_infixes[static_cast<std::size_t>(signal)];
  const Variable* const row = find_variable(name += general.name.substr(otlp_prefix.size()));
  return row == nullptr ? general : *row;
}

const Variable* find_variable(std::string_view name) {
  for (const Variable& row : variable_table) {
    if (row.name == name) return &row;
  }
  for (const SignalVariable& one : signal_variables()) {
    if (one.name == name) return &one.row;
  }
  return nullptr;
}

std::vector<std::string> misspelled_variables() {
  std::vector<std::string> known;
  known.reserve(std::size(variable_table) + signal_variables().size());
  for (const Variable& row : variable_table) known.emplace_back(row.name);
  for (const SignalVariable& one : signal_variables()) known.push_back(one.name);
  std::vector<std::string> lines;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view assignment = *entry;
    const std::string_view name = assignment.substr(0, assignment.find('='));
    if (!name.starts_with("OTEL_") || find_variable(name) != nullptr) continue;
    const std::string meant = base::nearest(name, known, 3);
    if (meant.empty()) continue;
    lines.push_back(std::string(name) + " is not read by anything here; did you mean " + meant + "?");
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string variables_reference() {
  std::string out;
  std::string_view section;
  for (const Variable& row : variable_table) {
    if (row.section != section) {
      section = row.section;
      out += (out.empty() ? "### " : "\n### ") + std::string(section) +
             "\n\n| variable | value | default | meaning |\n| --- | --- | --- | --- |\n";
    }
    out += "| `" + std::string(row.name) + "`" + (row.is_per_signal ? " \\*" : "") + " | " + type_cell(row) +
           " | " + std::string(row.otherwise) + " | " + std::string(row.meaning) + " |\n";
  }
  return out;
}

}  // namespace sonde::detail
