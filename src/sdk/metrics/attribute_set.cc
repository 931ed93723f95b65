#include "sdk/metrics/attribute_set.h"

#include <algorithm>
#include <bit>
#include <new>

#include "otlp/writer.h"

namespace sonde::detail {
namespace {

using Type = AttributeValue::Type;

bool is_nested(const AttributeValue& value) noexcept { return value.type() >= Type::bytes; }

std::string encode_value(const AttributeValue& value) {
  std::string out(otlp::value_size(value), '\0');
  otlp::write_value(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), value);
  return out;
}

}  // namespace

std::uint64_t attribute_hash::of_other(const AttributeValue& value, std::uint64_t seed) noexcept {
  switch (value.type()) {
    case Type::empty: return mix(seed, odd_b);
    case Type::boolean: return mix(seed ^ (value.as_boolean() ? 1 : 2), odd_a);
    case Type::integer: return mix(static_cast<std::uint64_t>(value.as_integer()) ^ odd_b, seed);
    case Type::floating: return mix(std::bit_cast<std::uint64_t>(value.as_floating()) ^ odd_a, seed ^ odd_b);
    default: break;
  }
  try {
    return of_text(encode_value(value), seed);
  } catch (const std::bad_alloc&) {
    return seed;
  }
}

std::vector<Attribute> without_repeated_keys(Attributes attributes) {
  std::vector<Attribute> unique;
  unique.reserve(attributes.size());
  for (const Attribute& attribute : attributes) {
    const auto same = std::find_if(unique.begin(), unique.end(),
                                   [&](const Attribute& other) { return other.key == attribute.key; });
    if (same == unique.end()) {
      unique.push_back(attribute);
    } else {
      same->value = attribute.value;
    }
  }
  return unique;
}

AttributeSet::AttributeSet(Attributes attributes) {
  entries_.reserve(attributes.size());
  std::vector<std::size_t> ends;
  for (const auto& [key, value] : attributes) {
    text_ += key;
    ends.push_back(text_.size());
    if (is_nested(value)) text_ += encode_value(value);
    if (value.type() == Type::string) text_ += value.as_string();
    ends.push_back(text_.size());
    entries_.push_back({{}, value, is_nested(value)});
  }
  std::size_t begin = 0;
  const auto take = [&](std::size_t end) {
    const std::string_view part = std::string_view(text_).substr(begin, end - begin);
    begin = end;
    return part;
  };
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].key = take(ends[2 * i]);
    const std::string_view text = take(ends[2 * i + 1]);
    if (entries_[i].is_encoded || entries_[i].value.type() == Type::string) entries_[i].value = text;
  }
}

bool AttributeSet::is_same_other(const Entry& entry, const AttributeValue& value) noexcept {
  if (entry.is_encoded) {
    try {
      return is_nested(value) && encode_value(value) == entry.value.as_string();
    } catch (const std::bad_alloc&) {
      return false;
    }
  }
  if (value.type() != entry.value.type()) return false;
  switch (value.type()) {
    case Type::boolean: return value.as_boolean() == entry.value.as_boolean();
    case Type::integer: return value.as_integer() == entry.value.as_integer();
    case Type::floating:
      return std::bit_cast<std::uint64_t>(value.as_floating()) ==
             std::bit_cast<std::uint64_t>(entry.value.as_floating());
    case Type::string: return value.as_string() == entry.value.as_string();
    default: return true;
  }
}

bool AttributeSet::matches(const AttributeSet& other) const noexcept {
  const auto is_same_entry = [](const Entry& a, const Entry& b) {
    return a.is_encoded == b.is_encoded && is_same({a.key, a.value, false}, {b.key, b.value});
  };
  return entries_.size() == other.entries_.size() &&
         std::all_of(entries_.begin(), entries_.end(), [&](const Entry& mine) {
           return std::any_of(other.entries_.begin(), other.entries_.end(),
                              [&](const Entry& theirs) { return is_same_entry(mine, theirs); });
         });
}

bool AttributeSet::matches_reordered(Attributes attributes) const noexcept {
  return std::all_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return std::any_of(attributes.begin(), attributes.end(),
                       [&](const Attribute& attribute) { return is_same(entry, attribute); });
  });
}

std::string AttributeSet::encode(std::uint32_t field) const {
  std::string out;
  const auto header = [&](std::uint32_t number, std::size_t size) {
    std::uint8_t bytes[12];
    const std::uint8_t* const end = otlp::write_delimited_header(bytes, number, size);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
  };
  for (const auto& [key, value, is_encoded] : entries_) {
    const std::string encoded = is_encoded ? std::string(value.as_string()) : encode_value(value);
    header(field, otlp::key_value_size(key, encoded.size()));
    header(otlp::fields::key_value::key, key.size());
    out += key;
    header(otlp::fields::key_value::value, encoded.size());
    out += encoded;
  }
  return out;
}

}  // namespace sonde::detail
