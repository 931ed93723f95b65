#pragma once

// Baggage is what a request carries along besides its trace: names and values, such as the user's id, that
// every service it passes through may read. It travels in the clear, to whomever the program calls, so
// nothing secret belongs into it.
//
//     sonde::ContextScope scope(sonde::Context::current().set_baggage(
//         sonde::Baggage::current().set("user.id", user).set("session.id", session)));
//
// Source: specification baggage/api.md; W3C Baggage.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/shared_value.hpp"

namespace sonde {

class Baggage;

/// Reads a baggage header. Malformed entries, and what goes beyond 180 entries or 8,192 bytes, are passed
/// over; of a key that comes twice, the last counts.
[[nodiscard]] Baggage parse_baggage(std::string_view header);

struct BaggageEntry {
  std::string key;
  std::string value;     ///< UTF-8, as the application set it; percent-encoding is the propagators' matter.
  std::string metadata;  ///< W3C's properties of the entry, as they stand in the header: "a=1;b".

  friend bool operator==(const BaggageEntry&, const BaggageEntry&) = default;
};

namespace detail {
struct BaggageEntries final : SharedValue {
  explicit BaggageEntries(std::vector<BaggageEntry> entries) : all(std::move(entries)) {}
  const std::vector<BaggageEntry> all;
};
}  // namespace detail

/// An immutable set of entries with unique keys, in the order they were set. Copying counts a reference;
/// set() and remove() copy the entries. Any number of threads may read one.
class Baggage {
 public:
  using value_type = BaggageEntry;
  using const_iterator = const BaggageEntry*;

  Baggage() noexcept = default;

  /// The thread's current baggage.
  [[nodiscard]] static Baggage current() noexcept;

  /// The value of that key, valid as long as a copy of this baggage lives.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view key) const noexcept;

  /// This baggage with the entry set or replaced. An empty key changes nothing. Allocates.
  [[nodiscard]] Baggage set(std::string_view key, std::string_view value,
                            std::string_view metadata = {}) const;
  /// This baggage without that entry. Allocates if there is one.
  [[nodiscard]] Baggage remove(std::string_view key) const;

  [[nodiscard]] bool is_empty() const noexcept { return entries_.get() == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return is_empty() ? 0 : entries_->all.size(); }
  [[nodiscard]] const_iterator begin() const noexcept { return is_empty() ? nullptr : entries_->all.data(); }
  [[nodiscard]] const_iterator end() const noexcept { return begin() + size(); }

  friend bool operator==(const Baggage& a, const Baggage& b) noexcept {
    return a.entries_ == b.entries_ || (!a.is_empty() && !b.is_empty() && a.entries_->all == b.entries_->all);
  }

 private:
  friend Baggage parse_baggage(std::string_view header);
  explicit Baggage(std::vector<BaggageEntry> entries);

  detail::SharedPointer<detail::BaggageEntries> entries_;  ///< Null if there are none.
};

/// The W3C baggage header, values percent-encoded; empty if there is nothing to say. What a header cannot
/// carry is left out, and reported once a header: keys that are no RFC 7230 tokens, and what goes beyond
/// 180 entries or 8,192 bytes.
[[nodiscard]] std::string baggage_header(const Baggage& baggage);

}  // namespace sonde
