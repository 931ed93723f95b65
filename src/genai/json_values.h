#pragma once

// Between JSON text and attribute values, both ways. A conversation holds both: a model writes a tool's
// arguments as JSON text, and backends that cannot read nested attributes want content as JSON text.

#include <string>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/genai/message.hpp"

namespace sonde::genai::detail {

/// The value of a JSON text, its strings, arrays and maps held by `store`; the text itself, as a string, if
/// it is no JSON, is nested deeper than 64, or has more than 100,000 values. Integers beyond 64 bits become
/// doubles; of a repeated key the last counts.
[[nodiscard]] AttributeValue parse_json(std::string_view text, ValueStore& store);

/// Appends the value as JSON: bytes as base64, the empty value as null.
void append_json(const AttributeValue& value, std::string& out);

}  // namespace sonde::genai::detail
