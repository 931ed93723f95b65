#pragma once

// Appends fields of OTLP's metrics messages to a string. Collections are rare and their sizes unknown
// beforehand, so this grows as it goes, unlike what spans are written with.

#include <cstdint>
#include <string>
#include <string_view>

#include "otlp/writer.h"
#include "sonde/metric_view.hpp"

namespace sonde::detail {

class PointWriter {
 public:
  explicit PointWriter(std::string& out) noexcept : out_(out) {}

  template <class T>
  void fixed(std::uint32_t field, T value) {
    static_assert(sizeof value == 8);
    write([&](std::uint8_t* to) {
      return otlp::write_fixed(otlp::write_tag(to, field, otlp::WireType::fixed64), value);
    });
  }
  void varint(std::uint32_t field, std::uint64_t value) {
    write([&](std::uint8_t* to) {
      return otlp::write_varint(otlp::write_tag(to, field, otlp::WireType::varint), value);
    });
  }
  void zigzag(std::uint32_t field, std::int32_t value) {
    varint(field, (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31));
  }
  void header(std::uint32_t field, std::size_t size) {
    write([&](std::uint8_t* to) { return otlp::write_delimited_header(to, field, size); });
  }
  void delimited(std::uint32_t field, std::string_view content) {
    header(field, content.size());
    out_ += content;
  }
  void number(NumberView value, std::uint32_t integer_field, std::uint32_t floating_field) {
    if (value.is_integer()) return fixed(integer_field, value.as_integer());
    fixed(floating_field, value.as_floating());
  }
  /// Packed 64-bit numbers.
  template <class Range>
  void packed(std::uint32_t field, const Range& numbers) {
    header(field, numbers.size() * 8);
    for (const auto number : numbers) {
      static_assert(sizeof number == 8);
      out_.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
  }

 private:
  /// `fill` writes at most 20 bytes.
  template <class Fill>
  void write(Fill fill) {
    std::uint8_t bytes[20];
    const std::uint8_t* const end = fill(bytes);
    out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
  }

  std::string& out_;
};

}  // namespace sonde::detail
