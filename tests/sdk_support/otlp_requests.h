#pragma once

// What the tests of the OTLP client send, and how long they wait.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/exporters/otlp_client.h"

namespace sonde::test {

inline constexpr RetryPolicy eager{.initial = std::chrono::milliseconds(1),
                                   .maximum = std::chrono::milliseconds(1)};

/// Far above what anything takes: a test that gets there fails by its own expectation.
inline constexpr std::chrono::seconds long_time{60};

inline std::chrono::steady_clock::time_point later() { return std::chrono::steady_clock::now() + long_time; }

/// The content of one protobuf field, shorter than 128 bytes.
inline std::string delimited(int number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
}

/// A request of one scope with spans of these names.
inline std::string request_of_spans(const std::vector<std::string>& names) {
  std::string spans;
  for (const std::string& name : names) spans += delimited(2, delimited(5, name));
  return delimited(1, delimited(2, spans));
}

/// A google.rpc.Status whose details hold a RetryInfo with this encoded Duration.
inline std::string retry_info(const std::string& duration) {
  return delimited(
      3, delimited(1, "type.googleapis.com/google.rpc.RetryInfo") + delimited(2, delimited(1, duration)));
}
inline const std::string one_millisecond = "\x10\xc0\x84\x3d";         // Duration {nanos: 1'000'000}
inline const std::string fifty_milliseconds = "\x10\x80\xe1\xeb\x17";  // Duration {nanos: 50'000'000}

/// Stands for an encoded request of `size` bytes: every byte value, and not quite regular.
inline std::string request_of(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

/// What a result amounts to.
enum class Kind : std::uint8_t { success, partial, unavailable, refused, invalid, too_large };

inline Kind kind_of(const ExportResult& result) {
  if (result.delivered) return result.rejected > 0 ? Kind::partial : Kind::success;
  switch (result.failure) {
    case ExportFailure::unavailable: return Kind::unavailable;
    case ExportFailure::invalid: return Kind::invalid;
    case ExportFailure::too_large: return Kind::too_large;
    default: return Kind::refused;
  }
}

/// An ExportTraceServiceResponse: partial_success {rejected_spans: 3, error_message: "too old"}.
inline constexpr std::string_view three_rejected = "\x0a\x0b\x08\x03\x12\x07too old";

}  // namespace sonde::test
