#pragma once

// Attribute values as JSON text that keeps their types, so that a store can hold them in a column people
// query with JSON functions and still give back exactly what came in:
//
//     nothing           null              string            "text"
//     boolean           true              bytes             {"$bytes":"base64"}
//     integer           1                 array             [1,"a"]
//     double            1.0  1e+300       map               {"key":1}
//     double not JSON   {"$double":"NaN"}
//
// A map whose only key starts with "$" would look like one of these marks; it is written {"$map":{...}}.
// Strings are kept as valid UTF-8, which OTLP requires of them: what is not becomes U+FFFD.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "otlp/model.h"
#include "sonde/attribute.hpp"
#include "sonde/expected.hpp"

namespace sonde::store {

/// Appends `value` to `out`. Nesting is bounded by whoever made the value (decode.h: max_value_depth).
void append_value_text(const AttributeValue& value, std::string& out);

/// Appends the attributes as one JSON object; keys are written as they are, duplicates included.
void append_attributes_text(std::span<const Attribute> attributes, std::string& out);

/// Reads what the functions above wrote. Keeps its parser's buffers, so one is used for many texts. Not
/// thread-safe.
class ValueReader {
 public:
  ValueReader();
  ~ValueReader();
  ValueReader(const ValueReader&) = delete;
  ValueReader& operator=(const ValueReader&) = delete;

  /// The value lives in `arena`; empty text is the empty value. Fails with internal for text that no writer
  /// above made.
  [[nodiscard]] Expected<AttributeValue> value(std::string_view text, otlp::Arena& arena);
  /// The attributes of one JSON object; empty text is none.
  [[nodiscard]] Expected<std::span<const Attribute>> attributes(std::string_view text, otlp::Arena& arena);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace sonde::store
