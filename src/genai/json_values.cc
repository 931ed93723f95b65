#include "genai/json_values.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/json_writer.h"

namespace sonde::genai::detail {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_depth = 64;
constexpr std::size_t most_values = 100'000;

/// Takes the parser's events and builds values bottom up: a container's items gather in the open level and
/// move into the store when it closes.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(ValueStore& store) : store_(store) {}

  [[nodiscard]] const AttributeValue& result() const noexcept { return result_; }

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto most = static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    return value <= most ? put(static_cast<std::int64_t>(value)) : put(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return put(value); }
  bool string(string_t& value) override { return put(store_.keep(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool key(string_t& name) override {
    open_.back().key = store_.keep(std::move(name));
    return true;
  }
  bool end_object() override {
    const std::vector<Attribute>& items = store_.keep(std::move(open_.back().entries));
    open_.pop_back();
    return put(AttributeValue::map(items));
  }
  bool start_array(std::size_t /*size*/) override { return open(false); }
  bool end_array() override {
    const std::vector<AttributeValue>& items = store_.keep(std::move(open_.back().elements));
    open_.pop_back();
    return put(AttributeValue::array(items));
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    return false;
  }

 private:
  struct Level {
    bool is_object = false;
    std::string_view key = {};
    std::vector<Attribute> entries = {};
    std::vector<AttributeValue> elements = {};
  };

  bool open(bool is_object) {
    if (open_.size() >= most_depth) return false;
    open_.push_back({.is_object = is_object});
    return true;
  }

  bool put(const AttributeValue& value) {
    if (++count_ > most_values) return false;
    if (open_.empty()) {
      result_ = value;
    } else if (Level& level = open_.back(); level.is_object) {
      level.entries.push_back({level.key, value});
    } else {
      level.elements.push_back(value);
    }
    return true;
  }

  ValueStore& store_;
  std::vector<Level> open_;
  AttributeValue result_;
  std::size_t count_ = 0;
};

class Writer {
 public:
  explicit Writer(std::string& out) : json_(out) {}

  void write(const AttributeValue& value, std::size_t depth = 0) {
    using Type = AttributeValue::Type;
    if (depth > most_depth) return json_.null();
    switch (value.type()) {
      case Type::empty: return json_.null();
      case Type::boolean: return json_.boolean(value.as_boolean());
      case Type::integer: return json_.integer(value.as_integer());
      case Type::floating: return json_.number(value.as_floating());
      case Type::string: return json_.string(value.as_string());
      case Type::bytes: return write_bytes(value);
      case Type::map: return write_map(value, depth);
      case Type::array: return write_array(value.as_array(), depth);
      case Type::booleans: return write_array(value.as_booleans(), depth);
      case Type::integers: return write_array(value.as_integers(), depth);
      case Type::floatings: return write_array(value.as_floatings(), depth);
      case Type::strings: return write_array(value.as_strings(), depth);
    }
  }

 private:
  void write_bytes(const AttributeValue& value) {
    std::string text;
    base::append_base64(value.as_bytes(), text);
    json_.string(text);
  }

  void write_map(const AttributeValue& value, std::size_t depth) {
    json_.begin_object();
    for (const Attribute& entry : value.as_map()) {
      json_.key(entry.key);
      write(entry.value, depth + 1);
    }
    json_.end_object();
  }

  template <class Item>
  void write_array(std::span<const Item> items, std::size_t depth) {
    json_.begin_array();
    for (const Item& item : items) write(AttributeValue(item), depth + 1);
    json_.end_array();
  }

  base::JsonWriter json_;
};

}  // namespace

AttributeValue parse_json(std::string_view text, ValueStore& store) {
  Builder builder(store);
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.result();
  return store.keep(std::string(text));
}

void append_json(const AttributeValue& value, std::string& out) { Writer(out).write(value); }

}  // namespace sonde::genai::detail
