// Source: the B3 specification; specification context/api-propagators.md, B3 Requirements: both forms are
// read by both propagators, the single header first.

#include <string>

#include "sdk/configuration/environment.h"
#include "sdk/context/propagators.h"

namespace sonde::detail {
namespace {

constexpr std::string_view single_key = "b3";
constexpr std::string_view trace_id_key = "X-B3-TraceId";
constexpr std::string_view span_id_key = "X-B3-SpanId";
constexpr std::string_view sampled_key = "X-B3-Sampled";
constexpr std::string_view flags_key = "X-B3-Flags";

/// The parts of either form, not yet looked at.
struct B3Fields {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view sampled;
  bool is_debug = false;
};

/// The context that the fields tell of; the given one if they tell of none.
Context read_fields(const B3Fields& fields, const Context& context) {
  TraceId trace_id;
  SpanId span_id;
  // Ids are of 64 or 128 bits; no other lengths.
  const bool is_trace_id_whole =
      fields.trace_id.size() == TraceId::hex_size || fields.trace_id.size() == TraceId::hex_size / 2;
  if (!is_trace_id_whole || fields.span_id.size() != SpanId::hex_size ||
      !read_id(fields.trace_id, trace_id) || !read_id(fields.span_id, span_id)) {
    return context;
  }
  const bool is_sampled = fields.sampled == "1" || fields.sampled == "true";
  return remote_context(trace_id, span_id, is_sampled, fields.is_debug, context);
}

/// "{trace id}-{span id}", then "-{0, 1 or d}" and "-{parent's span id}" if there is more.
Context extract_single(std::string_view header, const Context& context) {
  B3Fields fields;
  fields.trace_id = take_until('-', header);
  fields.span_id = take_until('-', header);
  fields.sampled = take_until('-', header);
  fields.is_debug = fields.sampled == "d";
  return read_fields(fields, context);
}

Context extract_multi(const CarrierGetter& carrier, const Context& context) {
  const std::string trace_id = carrier.get(trace_id_key);
  const std::string span_id = carrier.get(span_id_key);
  const std::string sampled = carrier.get(sampled_key);
  return read_fields({trace_id, span_id, sampled, carrier.get(flags_key) == "1"}, context);
}

class B3Propagator : public TextMapPropagator {
 public:
  [[nodiscard]] Context extract_from(const CarrierGetter& carrier, const Context& context) const final {
    const std::string single = carrier.get(single_key);
    return single.empty() ? extract_multi(carrier, context) : extract_single(single, context);
  }
};

class B3SinglePropagator final : public B3Propagator {
 public:
  [[nodiscard]] std::vector<std::string> fields() const override { return {std::string(single_key)}; }
  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    const SpanContext& span = context.span_context();
    if (!span.is_valid()) return;
    const std::string_view sampled = is_debug(context) ? "-d" : span.is_sampled() ? "-1" : "-0";
    carrier.set(single_key, span.trace_id().to_hex() + "-" + span.span_id().to_hex() + std::string(sampled));
  }
};

class B3MultiPropagator final : public B3Propagator {
 public:
  [[nodiscard]] std::vector<std::string> fields() const override {
    return {std::string(trace_id_key), std::string(span_id_key), std::string(sampled_key),
            std::string(flags_key)};
  }
  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    const SpanContext& span = context.span_context();
    if (!span.is_valid()) return;
    carrier.set(trace_id_key, span.trace_id().to_hex());
    carrier.set(span_id_key, span.span_id().to_hex());
    if (is_debug(context)) {  // which says sampled, too
      carrier.set(flags_key, "1");
    } else {
      carrier.set(sampled_key, span.is_sampled() ? "1" : "0");
    }
  }
};

}  // namespace

std::unique_ptr<TextMapPropagator> make_b3_propagator() { return std::make_unique<B3SinglePropagator>(); }
std::unique_ptr<TextMapPropagator> make_b3_multi_propagator() {
  return std::make_unique<B3MultiPropagator>();
}

}  // namespace sonde::detail
