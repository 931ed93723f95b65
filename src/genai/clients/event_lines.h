#pragma once

// Splits a streamed body into the data of its events, however its bytes arrive: server-sent events, whose
// data lines begin with "data:" and end with an empty line, or lines that are an event each.
//
// Source: WHATWG HTML, Server-sent events.

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::genai::detail {

class EventLines {
 public:
  /// No event may be longer; a provider's are some kilobytes.
  static constexpr std::size_t most_bytes = 16u << 20;

  explicit EventLines(bool are_plain_lines) noexcept : are_plain_lines_(are_plain_lines) {}

  /// Calls on_event(data), which returns whether to go on, for each event that is complete now. False if it
  /// did not want to go on, or an event was too long; then is_too_long() says so.
  template <class OnEvent>
  bool feed(std::string_view bytes, OnEvent on_event) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      line_.append(bytes.substr(0, end));
      if (line_.size() + data_.size() > most_bytes) return !(is_too_long_ = true);
      if (end == std::string_view::npos) return true;
      bytes.remove_prefix(end + 1);
      if (!take_line(on_event)) return false;
    }
    return true;
  }

  [[nodiscard]] bool is_too_long() const noexcept { return is_too_long_; }

 private:
  template <class OnEvent>
  bool take_line(OnEvent on_event) {
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    bool goes_on = true;
    if (are_plain_lines_) {
      if (!line.empty()) goes_on = on_event(line);
    } else if (line.empty()) {
      if (has_data_) goes_on = on_event(std::string_view(data_));
      data_.clear();
      has_data_ = false;
    } else if (line.starts_with("data:")) {
      line.remove_prefix(5);
      if (line.starts_with(' ')) line.remove_prefix(1);
      if (has_data_) data_ += '\n';
      data_.append(line);
      has_data_ = true;
    }
    line_.clear();
    return goes_on;
  }

  const bool are_plain_lines_;
  bool has_data_ = false;
  bool is_too_long_ = false;
  std::string line_;
  std::string data_;
};

}  // namespace sonde::genai::detail
