#pragma once

#include <string>

#include "sonde/attribute.hpp"

namespace sonde::base {
class JsonWriter;
}

namespace sonde::query {

/// An attribute's value as plain JSON, for readers to whom its OTLP type does not matter; bytes in base64.
void write_plain_json(const AttributeValue& value, base::JsonWriter& json);

/// The same as text, but a string without its quotes, and the empty value as nothing.
[[nodiscard]] std::string plain_text(const AttributeValue& value);

}  // namespace sonde::query
