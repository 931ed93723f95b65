#pragma once

// What there is to know about an environment variable that the SDK reads. The table of them all is in
// variable_table.h.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::detail {

/// How a value is read, and what is said of one that cannot be.
enum class VariableType : std::uint8_t {
  boolean,   ///< True only for "true"; anything else is false.
  integer,   ///< A whole number.
  duration,  ///< Milliseconds.
  timeout,   ///< Milliseconds; 0 is no limit.
  text,
  choice,  ///< One of the choices, in any case.
  list,    ///< Some of the choices, separated by commas.
  pairs,   ///< key=value, separated by commas, values percent-encoded.
};

struct Variable {
  std::string_view section;
  std::string_view name;
  VariableType type;
  std::string_view otherwise;  ///< What holds when it is unset, for a person to read.
  std::string_view meaning;
  std::string_view choices = {};  ///< Of a choice or list, separated by blanks.
  std::uint64_t least = 0;        ///< Of an integer.
  /// OTEL_EXPORTER_OTLP_X, which may also be given for one signal, as OTEL_EXPORTER_OTLP_TRACES_X and so on.
  bool is_per_signal = false;
};

enum class Signal : std::uint8_t { traces, metrics, logs };

/// The row of OTEL_EXPORTER_OTLP_TRACES_X and the like, given that of OTEL_EXPORTER_OTLP_X.
[[nodiscard]] const Variable& of_signal(Signal signal, const Variable& general);

/// The row of that name, those of one signal included. Null if there is none.
[[nodiscard]] const Variable* find_variable(std::string_view name);

/// A line for every variable of this process's environment that begins with OTEL_, is unknown, and looks like
/// a misspelling of one that is known.
[[nodiscard]] std::vector<std::string> misspelled_variables();

/// The table as Markdown, for docs/configuration.md.
[[nodiscard]] std::string variables_reference();

}  // namespace sonde::detail
