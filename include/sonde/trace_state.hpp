#pragma once

// The tracestate of W3C Trace Context: what vendors hand along with a trace, each under a key of its own, the
// latest writer first. Immutable: what changes it gives a new one. Copies share their text.
//
// Source: W3C Trace Context level 2, 3.3; specification trace/api.md, TraceState.

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sonde {

namespace detail {
/// A header's text behind its size, shared by all copies of a TraceState.
struct TraceStateText {
  std::atomic<std::uint32_t> references{1};
  std::uint32_t size = 0;

  [[nodiscard]] const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
};
void release(TraceStateText* text) noexcept;
}  // namespace detail

/// Always valid by W3C's rules: at most 32 members, keys unique, printable ASCII. Nothing here throws or
/// blocks; set() and remove() allocate. Thread-safe as a value is.
class TraceState {
 public:
  TraceState() noexcept = default;
  /// Reads a header, several of which are joined by commas first. One that breaks the rules, or is longer
  /// than 8,192 characters, gives the empty state.
  explicit TraceState(std::string_view header) noexcept;

  TraceState(const TraceState& other) noexcept : text_(other.text_) {
    if (text_ != nullptr) text_->references.fetch_add(1, std::memory_order_relaxed);
  }
  TraceState(TraceState&& other) noexcept : text_(std::exchange(other.text_, nullptr)) {}
  TraceState& operator=(TraceState other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~TraceState() {
    if (text_ != nullptr) detail::release(text_);
  }

  /// The header's value; empty if there is nothing to hand on.
  [[nodiscard]] std::string_view header() const noexcept {
    return text_ == nullptr ? std::string_view() : std::string_view(text_->text(), text_->size);
  }
  [[nodiscard]] bool empty() const noexcept { return text_ == nullptr; }

  /// The value under that key, or nothing. Valid as long as any copy of this is.
  [[nodiscard]] std::string_view get(std::string_view key) const noexcept;

  /// With that value under that key, at the front; the last member goes where there are 32 already. Unchanged
  /// if W3C does not allow the key or the value.
  [[nodiscard]] TraceState set(std::string_view key, std::string_view value) const noexcept;

  /// Without that key.
  [[nodiscard]] TraceState remove(std::string_view key) const noexcept;

  friend bool operator==(const TraceState& a, const TraceState& b) noexcept {
    return a.text_ == b.text_ || a.header() == b.header();
  }

 private:
  detail::TraceStateText* text_ = nullptr;
};

}  // namespace sonde
