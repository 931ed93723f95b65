#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sonde::sdk {

/// Reads what it is asked for out of a JSON text from outside, front to back and without building anything.
/// Lenient: what is no JSON ends the reading, or is passed over. Depth costs no stack. Each call takes the
/// next value; a false or empty answer means that there is none of that kind, and nothing more can be read.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) noexcept : rest_(text) {}

  /// An object: calls visit(key) for each member, which must take the member's value.
  template <class Visit>
  bool object(Visit visit) {
    if (!take('{')) return false;
    while (!take('}')) {
      const std::optional<std::string> key = string();
      if (!key || !take(':') || !visit(std::string_view(*key))) return fail();
      static_cast<void>(take(','));
    }
    return true;
  }

  /// Takes a string.
  [[nodiscard]] std::optional<std::string> string();
  /// Takes a string, or the text of a number, true, false or null.
  [[nodiscard]] std::optional<std::string> scalar();
  /// Passes over a value of any kind.
  bool skip();

 private:
  [[nodiscard]] bool take(char c) noexcept;
  void skip_space() noexcept;
  bool fail() noexcept;
  bool append_escape(std::string& text);

  std::string_view rest_;
};

}  // namespace sonde::sdk
