#pragma once

// What a span says about a model call, under whichever of the common names it says so: the columns that a
// store copies out of the attributes so that lists and sums need not look into them. The names are a table
// (genai_columns.cc), newest first; what the whole of a rival vocabulary means is src/normalise's business.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sonde/attribute.hpp"

namespace sonde::store {

/// Views into the attributes they were found in; empty where there is nothing.
struct GenAiColumns {
  std::string_view operation;
  std::string_view provider;
  std::string_view request_model;
  std::string_view response_model;
  std::string_view conversation_id;  ///< Or the session's.
  std::string_view user_id;
  std::string_view agent_name;
  std::string_view tool_name;
  std::optional<std::int64_t> input_tokens;  ///< Counts are never negative.
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cache_read_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<std::int64_t> reasoning_tokens;
  AttributeValue finish_reasons;  ///< As it was sent: an array, or one string.

  /// Whether this span is itself a call of a model, whose tokens count: an agent's span often repeats the
  /// sum of the calls below it.
  [[nodiscard]] bool is_model_call() const;
};

[[nodiscard]] GenAiColumns genai_columns(std::span<const Attribute> attributes);

}  // namespace sonde::store
