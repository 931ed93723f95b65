#include "store/nested.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sonde::store {
namespace {

using Type = AttributeValue::Type;

/// A map of at most `capacity` members, in the arena.
class Members {
 public:
  Members(std::size_t capacity, otlp::Arena& arena)
      : arena_(arena), members_(arena.array<Attribute>(capacity)) {}

  void add(std::string_view key, AttributeValue value) { members_[used_++] = {key, value}; }
  void add_text(std::string_view key, std::string_view text) {
    if (!text.empty()) add(key, text);
  }
  /// The bits of an unsigned number, which a signed one holds as well.
  void add_number(std::string_view key, std::uint64_t number) {
    if (number != 0) add(key, static_cast<std::int64_t>(number));
  }
  template <class Id>
  void add_id(std::string_view key, const Id& id) {
    if (id.is_valid()) add(key, arena_.copy(id.to_hex()));
  }
  void add_attributes(std::string_view key, std::span<const Attribute> attributes) {
    if (!attributes.empty()) add(key, AttributeValue::map(attributes));
  }
  [[nodiscard]] AttributeValue map() const { return AttributeValue::map(members_.first(used_)); }

 private:
  otlp::Arena& arena_;
  std::span<Attribute> members_;
  std::size_t used_ = 0;
};

/// The members of a map, by name.
class Reader {
 public:
  explicit Reader(const AttributeValue& value) {
    if (value.type() == Type::map) members_ = value.as_map();
  }

  [[nodiscard]] AttributeValue value(std::string_view key) const {
    const AttributeValue* const found = otlp::find(members_, key);
    return found == nullptr ? AttributeValue() : *found;
  }
  [[nodiscard]] std::string_view text(std::string_view key) const { return text_of(value(key)); }
  [[nodiscard]] std::uint64_t number(std::string_view key) const { return number_of(value(key)); }
  [[nodiscard]] std::uint32_t number32(std::string_view key) const {
    return static_cast<std::uint32_t>(number(key));
  }
  [[nodiscard]] double floating(std::string_view key) const { return floating_of(value(key)); }
  template <class Id>
  void id(std::string_view key, Id& id) const {
    static_cast<void>(Id::from_hex(text(key), id));
  }
  [[nodiscard]] std::span<const Attribute> attributes(std::string_view key) const {
    const AttributeValue found = value(key);
    return found.type() == Type::map ? found.as_map() : std::span<const Attribute>();
  }

  [[nodiscard]] static std::string_view text_of(const AttributeValue& value) {
    return value.type() == Type::string ? value.as_string() : std::string_view();
  }
  [[nodiscard]] static std::uint64_t number_of(const AttributeValue& value) {
    return value.type() == Type::integer ? static_cast<std::uint64_t>(value.as_integer()) : 0;
  }
  [[nodiscard]] static double floating_of(const AttributeValue& value) {
    return value.type() == Type::floating ? value.as_floating() : 0;
  }

 private:
  std::span<const Attribute> members_;
};

template <class Item, class Convert>
AttributeValue to_array(std::span<const Item> items, otlp::Arena& arena, Convert convert) {
  if (items.empty()) return {};
  const std::span<AttributeValue> values = arena.array<AttributeValue>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) values[i] = convert(items[i]);
  return AttributeValue::array(values);
}

template <class Item, class Convert>
std::span<const Item> from_array(const AttributeValue& value, otlp::Arena& arena, Convert convert) {
  if (value.type() != Type::array) return {};
  const std::span<const AttributeValue> values = value.as_array();
  const std::span<Item> items = arena.array<Item>(values.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = convert(values[i]);
  return items;
}

AttributeValue numbers(std::span<const std::uint64_t> numbers, otlp::Arena& arena) {
  return to_array(numbers, arena,
                  [](std::uint64_t number) { return AttributeValue(static_cast<std::int64_t>(number)); });
}

std::span<const std::uint64_t> to_numbers(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<std::uint64_t>(value, arena, Reader::number_of);
}

std::span<const std::string_view> to_texts(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<std::string_view>(value, arena, Reader::text_of);
}

AttributeValue buckets(const otlp::ExponentialBuckets& buckets, otlp::Arena& arena) {
  Members members(2, arena);
  members.add("offset", buckets.offset);
  members.add("counts", numbers(buckets.counts, arena));
  return members.map();
}

otlp::ExponentialBuckets to_buckets(const AttributeValue& value, otlp::Arena& arena) {
  const Reader reader(value);
  return {.offset = static_cast<std::int32_t>(reader.number("offset")),
          .counts = to_numbers(reader.value("counts"), arena)};
}

}  // namespace

AttributeValue to_value(std::span<const otlp::SpanEvent> events, otlp::Arena& arena) {
  return to_array(events, arena, [&arena](const otlp::SpanEvent& event) {
    Members members(4, arena);
    members.add_number("time", event.time);
    members.add_text("name", event.name);
    members.add_attributes("attributes", event.attributes);
    members.add_number("dropped_attributes", event.dropped_attributes);
    return members.map();
  });
}

std::span<const otlp::SpanEvent> to_events(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<otlp::SpanEvent>(value, arena, [](const AttributeValue& item) {
    const Reader reader(item);
    return otlp::SpanEvent{.time = reader.number("time"),
                           .name = reader.text("name"),
                           .attributes = reader.attributes("attributes"),
                           .dropped_attributes = reader.number32("dropped_attributes")};
  });
}

AttributeValue to_value(std::span<const otlp::SpanLink> links, otlp::Arena& arena) {
  return to_array(links, arena, [&arena](const otlp::SpanLink& link) {
    Members members(6, arena);
    members.add_id("trace_id", link.trace_id);
    members.add_id("span_id", link.span_id);
    members.add_text("trace_state", link.trace_state);
    members.add_attributes("attributes", link.attributes);
    members.add_number("dropped_attributes", link.dropped_attributes);
    members.add_number("flags", link.flags);
    return members.map();
  });
}

std::span<const otlp::SpanLink> to_links(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<otlp::SpanLink>(value, arena, [](const AttributeValue& item) {
    const Reader reader(item);
    otlp::SpanLink link{.trace_id = {},
                        .span_id = {},
                        .trace_state = reader.text("trace_state"),
                        .attributes = reader.attributes("attributes"),
                        .dropped_attributes = reader.number32("dropped_attributes"),
                        .flags = reader.number32("flags")};
    reader.id("trace_id", link.trace_id);
    reader.id("span_id", link.span_id);
    return link;
  });
}

AttributeValue to_value(std::span<const otlp::Exemplar> exemplars, otlp::Arena& arena) {
  return to_array(exemplars, arena, [&arena](const otlp::Exemplar& exemplar) {
    Members members(5, arena);
    members.add_number("time", exemplar.time);
    members.add("value", exemplar.value);
    members.add_id("trace_id", exemplar.trace_id);
    members.add_id("span_id", exemplar.span_id);
    members.add_attributes("filtered_attributes", exemplar.filtered_attributes);
    return members.map();
  });
}

std::span<const otlp::Exemplar> to_exemplars(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<otlp::Exemplar>(value, arena, [](const AttributeValue& item) {
    const Reader reader(item);
    otlp::Exemplar exemplar{.time = reader.number("time"),
                            .value = reader.value("value"),
                            .trace_id = {},
                            .span_id = {},
                            .filtered_attributes = reader.attributes("filtered_attributes")};
    reader.id("trace_id", exemplar.trace_id);
    reader.id("span_id", exemplar.span_id);
    return exemplar;
  });
}

AttributeValue to_value(std::span<const otlp::EntityRef> entity_refs, otlp::Arena& arena) {
  return to_array(entity_refs, arena, [&arena](const otlp::EntityRef& entity) {
    Members members(4, arena);
    members.add_text("schema_url", entity.schema_url);
    members.add_text("type", entity.type);
    members.add("id_keys", AttributeValue::strings(entity.id_keys));
    members.add("description_keys", AttributeValue::strings(entity.description_keys));
    return members.map();
  });
}

std::span<const otlp::EntityRef> to_entity_refs(const AttributeValue& value, otlp::Arena& arena) {
  return from_array<otlp::EntityRef>(value, arena, [&arena](const AttributeValue& item) {
    const Reader reader(item);
    return otlp::EntityRef{.schema_url = reader.text("schema_url"),
                           .type = reader.text("type"),
                           .id_keys = to_texts(reader.value("id_keys"), arena),
                           .description_keys = to_texts(reader.value("description_keys"), arena)};
  });
}

AttributeValue shape_of(const otlp::HistogramPoint& point, otlp::Arena& arena) {
  Members members(2, arena);
  members.add("bounds", AttributeValue::floatings(point.bounds));
  members.add("bucket_counts", numbers(point.bucket_counts, arena));
  return members.map();
}

void set_shape(otlp::HistogramPoint& point, const AttributeValue& shape, otlp::Arena& arena) {
  const Reader reader(shape);
  point.bounds = from_array<double>(reader.value("bounds"), arena, Reader::floating_of);
  point.bucket_counts = to_numbers(reader.value("bucket_counts"), arena);
}

AttributeValue shape_of(const otlp::ExponentialHistogramPoint& point, otlp::Arena& arena) {
  Members members(5, arena);
  members.add("scale", point.scale);
  members.add_number("zero_count", point.zero_count);
  members.add("zero_threshold", point.zero_threshold);
  members.add("positive", buckets(point.positive, arena));
  members.add("negative", buckets(point.negative, arena));
  return members.map();
}

void set_shape(otlp::ExponentialHistogramPoint& point, const AttributeValue& shape, otlp::Arena& arena) {
  const Reader reader(shape);
  point.scale = static_cast<std::int32_t>(reader.number("scale"));
  point.zero_count = reader.number("zero_count");
  point.zero_threshold = reader.floating("zero_threshold");
  point.positive = to_buckets(reader.value("positive"), arena);
  point.negative = to_buckets(reader.value("negative"), arena);
}

AttributeValue shape_of(const otlp::SummaryPoint& point, otlp::Arena& arena) {
  Members members(1, arena);
  members.add("quantiles", to_array(point.quantiles, arena, [&arena](const otlp::QuantileValue& quantile) {
                Members pair(2, arena);
                pair.add("quantile", quantile.quantile);
                pair.add("value", quantile.value);
                return pair.map();
              }));
  return members.map();
}

void set_shape(otlp::SummaryPoint& point, const AttributeValue& shape, otlp::Arena& arena) {
  point.quantiles = from_array<otlp::QuantileValue>(
      Reader(shape).value("quantiles"), arena, [](const AttributeValue& item) {
        const Reader reader(item);
        return otlp::QuantileValue{.quantile = reader.floating("quantile"),
                                   .value = reader.floating("value")};
      });
}

}  // namespace sonde::store
