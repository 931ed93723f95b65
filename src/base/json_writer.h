#pragma once

// Writes JSON text front to back into a string: the commas, the quotes and the escapes are its business, the
// nesting is the caller's. It has no document model, so it costs one append a value.
//
//     JsonWriter json(out);
//     json.begin_object();
//     json.key("name").string("chat");
//     json.key("tokens").integer(42);
//     json.end_object();

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::base {

/// Appends `text` as a quoted JSON string. Bytes that are not valid UTF-8 become U+FFFD, so the result is
/// always JSON that every parser takes.
void append_json_string(std::string_view text, std::string& out);

/// Appends the shortest decimal that reads back as `value`, always with a fraction or an exponent so that it
/// cannot be mistaken for an integer; NaN and the infinities as OTLP/JSON writes them, in quotes.
void append_json_double(double value, std::string& out);

/// One JSON text under construction. Calls must nest properly; that is not checked. Not thread-safe.
class JsonWriter {
 public:
  /// Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// The key of the next member of an object.
  JsonWriter& key(std::string_view name);

  void string(std::string_view text);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void number(double value);
  void boolean(bool value);
  void null();
  /// Text that is JSON already.
  void raw(std::string_view json);

  /// A 64-bit integer as OTLP/JSON writes it: decimal digits in quotes.
  void quoted_integer(std::int64_t value);
  void quoted_unsigned(std::uint64_t value);

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace sonde::base
