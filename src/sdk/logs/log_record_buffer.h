#pragma once

// A log record as OTLP bytes, written in one go when it is emitted. Processors may change it; that is rare,
// so a change finds its field by walking the message.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "otlp/writer.h"
#include "sdk/growing_bytes.h"
#include "sonde/log_record.hpp"

namespace sonde::detail {

struct LoggerCore;

struct LogRecordBuffer : GrowingBytes {
  LogRecordBuffer() noexcept : GrowingBytes(most_of_record) {}

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

  const LoggerCore* core = nullptr;
  std::uint32_t dropped_attributes = 0;

 private:
  /// Where a field lies in the bytes, tag included; size 0: not there.
  struct Place {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };

  [[nodiscard]] otlp::ValueLimits value_limits() const noexcept;
  [[nodiscard]] Place place_between(const char* begin, const char* end) const noexcept;
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
