#pragma once

// Reading one field of a protobuf message with protozero, which trusts its caller to ask for the type that
// the field has; these check it. They throw protozero::exception or Malformed.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <string_view>

#include "otlp/decoding.h"
#include "otlp/fields.h"

namespace sonde::otlp {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

static_assert(std::endian::native == std::endian::little, "packed numbers are copied as they stand");

template <class T>
bool is(const protozero::exception& exception) {
  return dynamic_cast<const T*>(&exception) != nullptr;
}

inline Malformed explain(const protozero::exception& exception) {
  if (is<protozero::end_of_buffer_exception>(exception)) return {"is longer than what encloses it"};
  if (is<protozero::varint_too_long_exception>(exception)) return {"has a varint of more than 10 bytes"};
  if (is<protozero::unknown_pbf_wire_type_exception>(exception)) return {"has an unknown wire type"};
  if (is<protozero::invalid_tag_exception>(exception)) return {"has an impossible field number"};
  if (is<protozero::invalid_length_exception>(exception)) return {"ends inside a number"};
  return {exception.what()};
}

inline void expect(const pbf_reader& reader, pbf_wire_type type) {
  if (reader.wire_type() != type) throw Malformed{"has the wrong wire type"};
}

/// The content of a string, bytes or message field. protozero takes lengths modulo 2^32, which would turn an
/// absurd length into a small one, so a length of more than 32 bits is refused here.
inline std::string_view view(pbf_reader& reader) {
  expect(reader, pbf_wire_type::length_delimited);
  const char* const length = reader.data().data();
  const protozero::data_view content = reader.get_view();
  const std::ptrdiff_t width = content.data() - length;
  if (width >= 5 && (width > 5 || static_cast<std::uint8_t>(length[4]) > 0x0F)) {
    throw protozero::end_of_buffer_exception{};
  }
  return {content.data(), content.size()};
}

inline std::uint64_t varint(pbf_reader& reader) {
  expect(reader, pbf_wire_type::varint);
  return reader.get_uint64();
}

inline std::uint64_t fixed64(pbf_reader& reader) {
  expect(reader, pbf_wire_type::fixed64);
  return reader.get_fixed64();
}

inline double floating(pbf_reader& reader) {
  expect(reader, pbf_wire_type::fixed64);
  return reader.get_double();
}

inline void skip(pbf_reader& reader) {
  if (reader.wire_type() == pbf_wire_type::length_delimited) {
    static_cast<void>(view(reader));
  } else {
    reader.skip();
  }
}

/// Calls `visit(reader)` for each field of that number, from the one `reader` stands at to the end. `visit`
/// consumes the field. Stops where the input is malformed: the reading that follows meets the same fault
/// there, and says where.
template <class Visit>
void for_each_field(pbf_reader reader, fields::Number number, Visit visit) {
  try {
    do {
      if (reader.tag() == number) {
        visit(reader);
      } else {
        skip(reader);
      }
    } while (reader.next());
  } catch (const protozero::exception&) {
  } catch (const Malformed&) {
  }
}

/// How many fields of the number that `reader` stands at there are, from that one to the end.
inline std::size_t count_fields(const pbf_reader& reader) {
  std::size_t count = 0;
  for_each_field(reader, reader.tag(), [&](pbf_reader& field) {
    ++count;
    skip(field);
  });
  return count;
}

/// The numbers that repeated fields hold: packed into one field, or one a field, as the sender likes.
struct Varints {
  static constexpr pbf_wire_type wire_type = pbf_wire_type::varint;
  static std::uint64_t take(const char*& data, const char* end) {
    return protozero::decode_varint(&data, end);
  }
  static std::size_t count(std::string_view content) {
    return static_cast<std::size_t>(std::ranges::count_if(content, [](char c) { return (c & 0x80) == 0; }));
  }
};

template <class T>
struct Fixed {
  static constexpr pbf_wire_type wire_type = pbf_wire_type::fixed64;
  static T take(const char*& data, const char* end) {
    if (end - data < static_cast<std::ptrdiff_t>(sizeof(T))) throw protozero::invalid_length_exception{};
    T value;
    std::memcpy(&value, data, sizeof value);
    data += sizeof value;
    return value;
  }
  static std::size_t count(std::string_view content) { return content.size() / sizeof(T); }
};

/// The bytes of the numbers in the current field, packed or single.
inline std::string_view numbers(pbf_reader& reader, pbf_wire_type single) {
  if (reader.wire_type() == pbf_wire_type::length_delimited) return view(reader);
  expect(reader, single);
  const char* const start = reader.data().data();
  reader.skip();
  return {start, static_cast<std::size_t>(reader.data().data() - start)};
}

}  // namespace sonde::otlp
