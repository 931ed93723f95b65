#pragma once

// Writes a protobuf message from its end to its beginning. A nested message is preceded by its length, and
// going backwards the length is known by then: no pass to measure, nothing moved afterwards. Hence fields are
// given in descending order, and repeated ones last to first, so that the result reads in the usual order.
//
//     BackwardWriter writer;
//     writer.message(status, [&] { writer.varint(code, 2); });
//     writer.text(name, "chat");
//     std::string bytes = writer.take();  // name, then status

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "otlp/fields.h"

namespace sonde::otlp {

/// Allocates when its buffer is full, doubling it. Not thread-safe.
class BackwardWriter {
 public:
  /// The number of bytes written.
  [[nodiscard]] std::size_t size() const { return capacity_ - start_; }
  [[nodiscard]] std::string take() const { return {buffer_.get() + start_, size()}; }

  // Fields that are left out when they have their default, as protobuf does.
  void text(fields::Number number, std::string_view value) {
    if (!value.empty()) bytes(number, value);
  }
  void varint(fields::Number number, std::uint64_t value) {
    if (value != 0) varint_always(number, value);
  }
  template <class T>
  void fixed(fields::Number number, T value) {
    using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    if (std::bit_cast<Bits>(value) != 0) fixed_always(number, value);  // -0.0 is no default
  }

  // Fields that are written whatever their value.
  void bytes(fields::Number number, std::string_view value) {
    message(number, [&] { raw(value); });
  }
  void varint_always(fields::Number number, std::uint64_t value) {
    raw_varint(value);
    tag(number, WireType::varint);
  }
  /// Four or eight bytes, little end first.
  template <class T>
  void fixed_always(fields::Number number, T value) {
    static_assert(sizeof value == 4 || sizeof value == 8);
    raw({reinterpret_cast<const char*>(&value), sizeof value});
    tag(number, sizeof value == 4 ? WireType::fixed32 : WireType::fixed64);
  }

  /// A length-delimited field whose content `write()` writes.
  template <class Write>
  void message(fields::Number number, Write write) {
    const std::size_t before = size();
    write();
    close(number, before);
  }
  template <class Write>
  void message_unless_empty(fields::Number number, Write write) {
    const std::size_t before = size();
    write();
    if (size() > before) close(number, before);
  }

  // Without a tag, for what is packed.
  void raw(std::string_view value) {
    if (value.empty()) return;
    std::memcpy(claim(value.size()), value.data(), value.size());
  }
  void raw_varint(std::uint64_t value) {
    std::size_t size = 1;
    for (std::uint64_t rest = value >> 7; rest != 0; rest >>= 7) ++size;
    char* const out = claim(size);
    for (std::size_t i = 0; i + 1 < size; ++i, value >>= 7) out[i] = static_cast<char>(value | 0x80);
    out[size - 1] = static_cast<char>(value);
  }

 private:
  enum class WireType : std::uint32_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

  void tag(fields::Number number, WireType type) {
    raw_varint(number << 3 | static_cast<std::uint32_t>(type));
  }
  void close(fields::Number number, std::size_t before) {
    raw_varint(size() - before);
    tag(number, WireType::length_delimited);
  }

  /// Room for `count` bytes before what has been written.
  char* claim(std::size_t count) {
    if (count > start_) grow(count);
    start_ -= count;
    return buffer_.get() + start_;
  }
  void grow(std::size_t count) {
    constexpr std::size_t smallest = 1024;
    const std::size_t written = size();
    const std::size_t capacity = std::max({smallest, 2 * capacity_, written + count});
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    if (written > 0) std::memcpy(buffer.get() + capacity - written, buffer_.get() + start_, written);
    buffer_ = std::move(buffer);
    capacity_ = capacity;
    start_ = capacity - written;
  }

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t start_ = 0;  ///< What has been written stands from here to the end of the buffer.
};

}  // namespace sonde::otlp
