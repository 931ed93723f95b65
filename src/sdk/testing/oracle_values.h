#pragma once

// Values recorded at random, beside what libprotobuf should make of them; for the tests that have it as their
// oracle.

#include <cmath>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "opentelemetry/proto/common/v1/common.pb.h"
#include "sonde/attribute.hpp"

namespace sonde::test {

/// A random value and what libprotobuf should make of it. Owns everything that the view points at.
class RandomValues {
 public:
  explicit RandomValues(std::mt19937_64& random) : random_(random) {}

  AttributeValue make(opentelemetry::proto::common::v1::AnyValue& expected, int depth = 0) {
    switch (below(depth < 4 ? 8 : 6)) {
      case 0: return {};
      case 1: {
        const bool value = below(2) == 0;
        expected.set_bool_value(value);
        return value;
      }
      case 2: {
        const auto value = static_cast<std::int64_t>(random_() >> below(64));
        expected.set_int_value(value);
        return value;
      }
      case 3: {
        const double value = std::ldexp(static_cast<double>(random_()), -static_cast<int>(below(100)));
        expected.set_double_value(value);
        return value;
      }
      case 4: {
        const std::string& value = text();
        expected.set_string_value(value);
        return value;
      }
      case 5: {
        const std::string& value = text();
        expected.set_bytes_value(value);
        return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
      }
      case 6: return make_array(*expected.mutable_array_value(), depth);
      default: return make_map(*expected.mutable_kvlist_value(), depth);
    }
  }

  const std::string& text() {
    std::string text;
    for (std::uint64_t size = below(8) == 0 ? below(400) : below(40); size > 0; --size) {
      text += static_cast<char>('a' + below(26));
    }
    return texts_.emplace_back(text);
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  AttributeValue make_array(opentelemetry::proto::common::v1::ArrayValue& expected, int depth) {
    std::vector<AttributeValue>& values = arrays_.emplace_back(below(4));
    for (AttributeValue& value : values) value = make(*expected.add_values(), depth + 1);
    return AttributeValue::array(values);
  }

  AttributeValue make_map(opentelemetry::proto::common::v1::KeyValueList& expected, int depth) {
    std::vector<Attribute>& entries = maps_.emplace_back(below(4));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto& entry = *expected.add_values();
      const std::string& key = texts_.emplace_back("key" + std::to_string(i));
      entry.set_key(key);
      entries[i] = {key, make(*entry.mutable_value(), depth + 1)};
    }
    return AttributeValue::map(entries);
  }

  std::mt19937_64& random_;
  std::deque<std::string> texts_;
  std::deque<std::vector<AttributeValue>> arrays_;
  std::deque<std::vector<Attribute>> maps_;
};

inline std::string id_bytes(const auto& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace sonde::test
