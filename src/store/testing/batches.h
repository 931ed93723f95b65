#pragma once

// What the store's tests and benchmark share: batches made in a few words, and items described as text, so
// that what went in and what came out can be compared and a difference read.

#include <cstddef>
#include <cstdint>
#include <future>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "otlp/consumer.h"
#include "otlp/model.h"
#include "store/store.h"

namespace sonde::store::testing {

[[nodiscard]] TraceId trace_id(std::uint64_t number);
[[nodiscard]] SpanId span_id(std::uint64_t number);

/// Attributes that live in the arena, given ones that do not; texts are copied, nested values are not.
[[nodiscard]] std::span<const Attribute> keep(std::span<const Attribute> attributes, otlp::Arena& arena);

/// A resource with that service and further attributes.
[[nodiscard]] const otlp::Resource* make_resource(std::string_view service,
                                                  std::initializer_list<Attribute> attributes,
                                                  otlp::Arena& arena);
[[nodiscard]] const otlp::Scope* make_scope(std::string_view name, otlp::Arena& arena);

/// A batch of spans under construction.
class Spans {
 public:
  explicit Spans(std::string_view service = "service", std::initializer_list<Attribute> attributes = {})
      : resource_(make_resource(service, attributes, batch_->arena)),
        scope_(make_scope("scope", batch_->arena)) {}

  /// The spans added from now on are of that service.
  void set_service(std::string_view service, std::initializer_list<Attribute> attributes = {}) {
    resource_ = make_resource(service, attributes, batch_->arena);
  }
  /// A new span of that trace, one second long, whose parent is the span of that number, or none for 0. The
  /// reference is good until the next one is added.
  otlp::Span& add(std::uint64_t trace, std::uint64_t span, std::uint64_t parent, std::string_view name,
                  std::uint64_t start_time);
  void set_attributes(otlp::Span& span, std::initializer_list<Attribute> attributes) {
    span.attributes = keep({attributes.begin(), attributes.size()}, batch_->arena);
  }
  [[nodiscard]] otlp::Arena& arena() { return batch_->arena; }
  [[nodiscard]] std::shared_ptr<const otlp::TraceBatch> finish() { return std::move(batch_); }

 private:
  std::shared_ptr<otlp::TraceBatch> batch_ = std::make_shared<otlp::TraceBatch>();
  const otlp::Resource* resource_;
  const otlp::Scope* scope_;
};

/// Realistic traces of an LLM application, about `count` spans (whole traces of four): a request's root, a
/// retrieval, a model call with what the GenAI conventions ask for and an event, and the HTTP request under
/// it. Ids and values follow from `seed`; times from `start_time` on, a few milliseconds a trace.
[[nodiscard]] std::shared_ptr<const otlp::TraceBatch> llm_spans(std::size_t count, std::uint64_t seed,
                                                                std::uint64_t start_time);

/// Everything in it, line by line, resource and scope included.
[[nodiscard]] std::string describe(const otlp::Span& span);
[[nodiscard]] std::string describe(const otlp::LogRecord& log);
[[nodiscard]] std::string describe(const otlp::Metric& metric);

/// Hands the batch over and waits for the answer.
template <class Batch>
Expected<otlp::Receipt> add(Store& store, std::shared_ptr<const Batch> batch) {
  std::promise<Expected<otlp::Receipt>> answer;
  store.consume(std::move(batch),
                [&answer](Expected<otlp::Receipt> receipt) { answer.set_value(std::move(receipt)); });
  return answer.get_future().get();
}

}  // namespace sonde::store::testing
