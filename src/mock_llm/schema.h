#pragma once

// JSON made to fit a JSON Schema, for tool arguments and structured answers: the shape comes from the schema,
// the values from a text as far as anything in it fits.

#include <string>
#include <string_view>

namespace sonde::mock_llm {

/// Where values are taken from.
struct Material {
  std::string_view text;    ///< Gives names, quoted words and numbers, in order, each used once.
  std::string_view answer;  ///< Fills properties named "answer", "text" and the like; empty: none does.
};

/// JSON text that fits `schema`, itself JSON text of a schema that parse_chat_request() accepted. Honours
/// type, const, enum, default, properties, required, items, minItems, minimum, maximum, maxLength, common
/// formats, local $ref, and the first of anyOf, oneOf and allOf; the rest (pattern, multipleOf, ...) it does
/// not. Uses the first 4 KiB of each text, and makes at most 10,000 values: what a recursive schema asks
/// beyond that is null.
[[nodiscard]] std::string fill_schema(std::string_view schema, const Material& material);

}  // namespace sonde::mock_llm
