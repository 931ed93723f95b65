#pragma once

// The nested parts of the model (events, links, exemplars, the shape of a histogram) as attribute values, so
// that a store can keep each in one column of value text (value_text.h). Both ways, member by member; what is
// zero or empty is left out.

#include <span>

#include "otlp/model.h"
#include "sonde/attribute.hpp"

namespace sonde::store {

// Into values: the empty value for none. They live in `arena` and in what they were made from.
[[nodiscard]] AttributeValue to_value(std::span<const otlp::SpanEvent> events, otlp::Arena& arena);
[[nodiscard]] AttributeValue to_value(std::span<const otlp::SpanLink> links, otlp::Arena& arena);
[[nodiscard]] AttributeValue to_value(std::span<const otlp::Exemplar> exemplars, otlp::Arena& arena);
[[nodiscard]] AttributeValue to_value(std::span<const otlp::EntityRef> entity_refs, otlp::Arena& arena);

/// Buckets, quantiles and what else only points of that type have; count, sum and the like are left to
/// columns.
[[nodiscard]] AttributeValue shape_of(const otlp::HistogramPoint& point, otlp::Arena& arena);
[[nodiscard]] AttributeValue shape_of(const otlp::ExponentialHistogramPoint& point, otlp::Arena& arena);
[[nodiscard]] AttributeValue shape_of(const otlp::SummaryPoint& point, otlp::Arena& arena);

// Back again. Members that are missing or of another type stay as they are in a new item.
[[nodiscard]] std::span<const otlp::SpanEvent> to_events(const AttributeValue& value, otlp::Arena& arena);
[[nodiscard]] std::span<const otlp::SpanLink> to_links(const AttributeValue& value, otlp::Arena& arena);
[[nodiscard]] std::span<const otlp::Exemplar> to_exemplars(const AttributeValue& value, otlp::Arena& arena);
[[nodiscard]] std::span<const otlp::EntityRef> to_entity_refs(const AttributeValue& value,
                                                              otlp::Arena& arena);
void set_shape(otlp::HistogramPoint& point, const AttributeValue& shape, otlp::Arena& arena);
void set_shape(otlp::ExponentialHistogramPoint& point, const AttributeValue& shape, otlp::Arena& arena);
void set_shape(otlp::SummaryPoint& point, const AttributeValue& shape, otlp::Arena& arena);

}  // namespace sonde::store
