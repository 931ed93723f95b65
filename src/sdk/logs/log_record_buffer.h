#pragma once

// A log record as OTLP bytes, written in one go when it is emitted. Processors may change it; that is rare,
// so a change finds its field by walking the message.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "otlp/writer.h"
#include "sonde/log_record.hpp"

namespace sonde::detail {

struct LoggerCore;

struct LogRecordBuffer {
  static constexpr std::size_t initial_capacity = 1024;
  /// A buffer that grew beyond this gives its memory back after the record.
  static constexpr std::size_t most_kept_capacity = 64 * 1024;
  /// No record grows beyond this.
  static constexpr std::size_t max_size = 64u << 20;

  LogRecordBuffer() = default;
  ~LogRecordBuffer();
  LogRecordBuffer(const LogRecordBuffer&) = delete;
  LogRecordBuffer& operator=(const LogRecordBuffer&) = delete;

  /// Makes it the record, of `context` unless that is null. False if there is no memory.
  [[nodiscard]] bool write(const LoggerCore& logger, const LogRecord& record,
                           const SpanContext* context) noexcept;

  void set_fixed64(std::uint32_t field, std::uint64_t value) noexcept;  ///< 0 takes the field out.
  void set_varint(std::uint32_t field, std::uint64_t value) noexcept;   ///< The same.
  void set_text(std::uint32_t field, std::string_view text) noexcept;   ///< Empty takes the field out.
  void set_body(const AttributeValue& body) noexcept;
  void set_span_context(const SpanContext& context) noexcept;
  void set_attribute(std::string_view key, const AttributeValue& value) noexcept;
  void remove_attribute(std::string_view key) noexcept;

  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(data), size};
  }

  const LoggerCore* core = nullptr;
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;
  std::uint32_t dropped_attributes = 0;

 private:
  /// Where a field lies in the bytes, tag included; size 0: not there.
  struct Place {
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  [[nodiscard]] otlp::ValueLimits value_limits() const noexcept;
  [[nodiscard]] bool reserve(std::size_t count) noexcept;
  [[nodiscard]] Place find(std::uint32_t field) const noexcept;
  [[nodiscard]] Place find_attribute(std::string_view key) const noexcept;
  [[nodiscard]] bool may_add_attribute() const noexcept;
  void erase(Place place) noexcept;
  /// Room for `count` bytes at the end in place of what is there; null if there is none.
  [[nodiscard]] std::uint8_t* replace(Place place, std::size_t count) noexcept;
};

/// One of this thread's, or null if memory is exhausted.
[[nodiscard]] LogRecordBuffer* acquire_log_record_buffer() noexcept;
void release_log_record_buffer(LogRecordBuffer* buffer) noexcept;

}  // namespace sonde::detail
