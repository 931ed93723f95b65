#pragma once

// Telemetry inside the server: what a receiver decodes, what processors and exporters work on, what the store
// gives back. There is one model for both directions, and it mirrors OTLP, so nothing is lost on the way
// through.
//
// A batch owns one arena. Everything in it (strings, attributes, arrays of events) is a view into that arena
// or into the request body the arena keeps alive, so decoding a span costs no allocation of its own and a
// batch is freed in one go. Hence the rules: what a view points at must live in the batch's arena, and views
// die with the batch. A batch under construction belongs to one thread; a finished one is shared as
// `shared_ptr<const ...>` and is safe to read from any number of threads.
//
// Source: opentelemetry-proto v1.5 and later (trace.proto, logs.proto, metrics.proto, resource.proto,
// common.proto).

#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sonde/attribute.hpp"
#include "sonde/ids.hpp"
#include "sonde/span_kind.hpp"

namespace sonde::otlp {

/// Memory that lives exactly as long as its batch.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Keeps `body` alive and returns a view of it: the decoded views may point into it.
  std::string_view keep(std::string body) {
    size_ += body.size();
    return bodies_.emplace_back(std::move(body));
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* const bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::memcpy(bytes, text.data(), text.size());
    size_ += text.size();
    return {bytes, text.size()};
  }

  /// An array of `count` value-initialised items. Their destructors never run.
  template <class T>
    requires std::is_trivially_destructible_v<T>
  std::span<T> array(std::size_t count) {
    if (count == 0) return {};
    auto* const items = static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(items, count);
    size_ += count * sizeof(T);
    return {items, count};
  }

  /// The bytes that everything in it takes, for those who bound the memory they hold.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::pmr::monotonic_buffer_resource memory_{16 * 1024};
  std::list<std::string> bodies_;  // a list, because a short body that moved would take its bytes along
  std::size_t size_ = 0;
};

/// Which of a resource's attributes identify and describe an entity.
struct EntityRef {
  std::string_view schema_url;
  std::string_view type;
  std::span<const std::string_view> id_keys;
  std::span<const std::string_view> description_keys;
};

struct Resource {
  std::span<const Attribute> attributes;
  std::uint32_t dropped_attributes = 0;
  std::span<const EntityRef> entity_refs;
  std::string_view schema_url;
  std::string_view service_name;  ///< The attribute service.name, or empty; found once, at decoding.
};

struct Scope {
  std::string_view name;
  std::string_view version;
  std::span<const Attribute> attributes;
  std::uint32_t dropped_attributes = 0;
  std::string_view schema_url;
};

using sonde::SpanKind;
using sonde::StatusCode;

struct SpanEvent {
  std::uint64_t time = 0;  ///< Nanoseconds since the Unix epoch, as every `time` in this file.
  std::string_view name;
  std::span<const Attribute> attributes;
  std::uint32_t dropped_attributes = 0;
};

struct SpanLink {
  TraceId trace_id;
  SpanId span_id;
  std::string_view trace_state;
  std::span<const Attribute> attributes;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t flags = 0;
};

struct Span {
  const Resource* resource =
      nullptr;  ///< Never null in a finished batch; in the batch's arena, as is the scope.
  const Scope* scope = nullptr;
  TraceId trace_id;
  SpanId span_id;
  SpanId parent_span_id;  ///< Not valid for a root span.
  std::string_view trace_state;
  std::uint32_t flags = 0;
  SpanKind kind = SpanKind::unspecified;
  StatusCode status = StatusCode::unset;
  std::string_view status_message;
  std::string_view name;
  std::uint64_t start_time = 0;
  std::uint64_t end_time = 0;
  std::span<const Attribute> attributes;
  std::span<const SpanEvent> events;
  std::span<const SpanLink> links;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t dropped_events = 0;
  std::uint32_t dropped_links = 0;
};

struct LogRecord {
  const Resource* resource = nullptr;
  const Scope* scope = nullptr;
  std::uint64_t time = 0;
  std::uint64_t observed_time = 0;
  std::uint8_t severity_number = 0;  ///< 1 to 24, or 0 for none.
  std::string_view severity_text;
  std::string_view event_name;
  AttributeValue body;
  std::span<const Attribute> attributes;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t flags = 0;
  TraceId trace_id;
  SpanId span_id;
};

enum class Temporality : std::uint8_t { unspecified = 0, delta = 1, cumulative = 2 };

struct Exemplar {
  std::uint64_t time = 0;
  AttributeValue value;  ///< integer, floating or empty.
  TraceId trace_id;
  SpanId span_id;
  std::span<const Attribute> filtered_attributes;
};

struct NumberPoint {
  std::span<const Attribute> attributes;
  std::uint64_t start_time = 0;
  std::uint64_t time = 0;
  AttributeValue value;  ///< integer, floating or empty.
  std::uint32_t flags = 0;
  std::span<const Exemplar> exemplars;
};

struct HistogramPoint {
  std::span<const Attribute> attributes;
  std::uint64_t start_time = 0;
  std::uint64_t time = 0;
  std::uint64_t count = 0;
  std::optional<double> sum;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::span<const double> bounds;
  std::span<const std::uint64_t> bucket_counts;
  std::uint32_t flags = 0;
  std::span<const Exemplar> exemplars;
};

struct ExponentialBuckets {
  std::int32_t offset = 0;
  std::span<const std::uint64_t> counts;
};

struct ExponentialHistogramPoint {
  std::span<const Attribute> attributes;
  std::uint64_t start_time = 0;
  std::uint64_t time = 0;
  std::uint64_t count = 0;
  std::optional<double> sum;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::int32_t scale = 0;
  std::uint64_t zero_count = 0;
  double zero_threshold = 0;
  ExponentialBuckets positive;
  ExponentialBuckets negative;
  std::uint32_t flags = 0;
  std::span<const Exemplar> exemplars;
};

struct QuantileValue {
  double quantile = 0;
  double value = 0;
};

struct SummaryPoint {
  std::span<const Attribute> attributes;
  std::uint64_t start_time = 0;
  std::uint64_t time = 0;
  std::uint64_t count = 0;
  double sum = 0;
  std::span<const QuantileValue> quantiles;
  std::uint32_t flags = 0;
};

struct Gauge {
  std::span<const NumberPoint> points;
};
struct Sum {
  std::span<const NumberPoint> points;
  Temporality temporality = Temporality::unspecified;
  bool monotonic = false;
};
struct Histogram {
  std::span<const HistogramPoint> points;
  Temporality temporality = Temporality::unspecified;
};
struct ExponentialHistogram {
  std::span<const ExponentialHistogramPoint> points;
  Temporality temporality = Temporality::unspecified;
};
struct Summary {
  std::span<const SummaryPoint> points;
};

struct Metric {
  const Resource* resource = nullptr;
  const Scope* scope = nullptr;
  std::string_view name;
  std::string_view description;
  std::string_view unit;
  std::span<const Attribute> metadata;
  std::variant<std::monostate, Gauge, Sum, Histogram, ExponentialHistogram, Summary> data;
};

/// Items of one signal with the memory that everything in them points into.
template <class Item>
struct Batch {
  Arena arena;
  std::vector<Item> items;
};

using TraceBatch = Batch<Span>;
using LogBatch = Batch<LogRecord>;
using MetricBatch = Batch<Metric>;

/// The value of the attribute named `key`, or null.
[[nodiscard]] inline const AttributeValue* find(std::span<const Attribute> attributes,
                                                std::string_view key) noexcept {
  for (const Attribute& attribute : attributes) {
    if (attribute.key == key) return &attribute.value;
  }
  return nullptr;
}

}  // namespace sonde::otlp
