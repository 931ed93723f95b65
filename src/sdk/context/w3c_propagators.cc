// Source: W3C Trace Context, W3C Baggage.

#include <string>

#include "sdk/context/propagators.h"

namespace sonde::detail {
namespace {

constexpr std::string_view traceparent_key = "traceparent";
constexpr std::string_view tracestate_key = "tracestate";
constexpr std::string_view baggage_key = "baggage";

class TraceContextPropagator final : public TextMapPropagator {
 public:
  [[nodiscard]] std::vector<std::string> fields() const override {
    return {std::string(traceparent_key), std::string(tracestate_key)};
  }
  [[nodiscard]] Context extract_from(const CarrierGetter& carrier, const Context& context) const override {
    SpanContext parsed = parse_traceparent(carrier.get(traceparent_key), carrier.get(tracestate_key));
    return parsed.is_valid() ? context.set_span(std::move(parsed)) : context;
  }
  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    const SpanContext& span = context.span_context();
    if (!span.is_valid()) return;
    carrier.set(traceparent_key, traceparent(span));
    const std::string_view state = span.trace_state().header();
    if (!state.empty()) carrier.set(tracestate_key, state);
  }
};

class BaggagePropagator final : public TextMapPropagator {
 public:
  [[nodiscard]] std::vector<std::string> fields() const override { return {std::string(baggage_key)}; }
  [[nodiscard]] Context extract_from(const CarrierGetter& carrier, const Context& context) const override {
    Baggage parsed = parse_baggage(carrier.get(baggage_key));
    return parsed.is_empty() ? context : context.set_baggage(std::move(parsed));
  }
  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    const std::string header = baggage_header(context.baggage());
    if (!header.empty()) carrier.set(baggage_key, header);
  }
};

}  // namespace

std::unique_ptr<TextMapPropagator> make_trace_context_propagator() {
  return std::make_unique<TraceContextPropagator>();
}
std::unique_ptr<TextMapPropagator> make_baggage_propagator() { return std::make_unique<BaggagePropagator>(); }

}  // namespace sonde::detail
