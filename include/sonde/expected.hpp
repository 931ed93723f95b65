#pragma once

// An operation that can fail for reasons outside the program answers with Expected<T>: the value, or an
// Error that says what went wrong in words a person can act on. Nothing in Sonde throws for such reasons.
//
//     sonde::Expected<int> port = parse_port(text);
//     if (!port) return port.error();
//     listen(*port);

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace sonde {

/// What kind of failure an Error is: decides whether to retry and which protocol status to answer.
/// The numbers are stable; a retired code is never given to another meaning.
enum class ErrorCode : std::uint8_t {
  invalid_argument = 1,    ///< The input is wrong and will be wrong again.
  not_found = 2,           ///< What was asked for is not there.
  resource_exhausted = 3,  ///< Larger than a configured limit; do not retry as it is.
  unavailable = 4,         ///< Cannot be done now; the same call may succeed later.
  deadline_exceeded = 5,   ///< Not done within the time allowed.
  internal = 6,            ///< A fault of this program or of what it stands on (disk, library).
  unimplemented = 7,       ///< A valid request for something not supported.
  cancelled = 8,           ///< Given up because the caller asked for it or is shutting down.
  permission_denied = 9,   ///< Understood, and refused.
};

/// A failure: its code, and a sentence for a person. A regular value type.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// Either a T or an Error. Reading the one that is not there is undefined; test first.
/// Regular if T is; no thread-safety of its own.
template <class T>
class [[nodiscard]] Expected {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return error;` are the point.
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

  template <class U>
  [[nodiscard]] T value_or(U&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error. Default-constructed: success.
template <>
class [[nodiscard]] Expected<void> {
 public:
  Expected() = default;
  Expected(Error error)  // NOLINT(google-explicit-constructor)
      : error_(std::move(error)), failed_(true) {}

  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] const Error& error() const& noexcept { return error_; }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace sonde
