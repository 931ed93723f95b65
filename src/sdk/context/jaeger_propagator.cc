// Source: Jaeger's client library documentation, "Propagation Format": uber-trace-id is
// {trace id}:{span id}:{parent's span id}:{flags}, all hexadecimal, and uberctx-{key} an entry of baggage.

#include <charconv>
#include <string>

#include "sdk/configuration/environment.h"
#include "sdk/context/header_text.h"
#include "sdk/context/propagators.h"

namespace sonde::detail {
namespace {

constexpr std::string_view trace_key = "uber-trace-id";
constexpr std::string_view baggage_prefix = "uberctx-";
constexpr unsigned sampled_flag = 1;
constexpr unsigned debug_flag = 2;

Context extract_span(const CarrierGetter& carrier, const Context& context) {
  const std::string header = percent_decoded(carrier.get(trace_key));  // some clients escape the colons
  std::string_view rest = header;
  TraceId trace_id;
  SpanId span_id;
  if (!read_id(take_until(':', rest), trace_id) || !read_id(take_until(':', rest), span_id)) return context;
  static_cast<void>(take_until(':', rest));  // the parent's, which is deprecated
  unsigned flags = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), flags, 16);
  if (read.ec != std::errc() || read.ptr != rest.data() + rest.size() || flags > 0xFF) return context;
  return remote_context(trace_id, span_id, (flags & sampled_flag) != 0, (flags & debug_flag) != 0, context);
}

class JaegerPropagator final : public TextMapPropagator {
 public:
  [[nodiscard]] std::vector<std::string> fields() const override { return {std::string(trace_key)}; }

  [[nodiscard]] Context extract_from(const CarrierGetter& carrier, const Context& context) const override {
    Context extracted = extract_span(carrier, context);
    Baggage baggage = extracted.baggage();
    std::size_t bytes = 0;
    for (const std::string& name : carrier.keys()) {
      if (!is_same_header(std::string_view(name).substr(0, baggage_prefix.size()), baggage_prefix)) continue;
      const std::string_view key = std::string_view(name).substr(baggage_prefix.size());
      const std::string value = carrier.get(name);
      bytes += key.size() + value.size();
      if (!is_token(key) || baggage.size() >= most_baggage_entries || bytes > most_baggage_bytes) continue;
      baggage = baggage.set(key, percent_decoded(value));
    }
    return baggage == extracted.baggage() ? extracted : extracted.set_baggage(std::move(baggage));
  }

  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    for (const auto& [key, value, metadata] : context.baggage()) {
      if (!is_token(key)) continue;
      std::string encoded;
      for (const char c : value) append_percent_encoded(c, is_baggage_octet(c), encoded);
      carrier.set(std::string(baggage_prefix) + key, encoded);
    }
    const SpanContext& span = context.span_context();
    if (!span.is_valid()) return;
    carrier.set(trace_key, span.trace_id().to_hex() + ":" + span.span_id().to_hex() + ":0:" +
                               (is_debug(context)   ? "3"
                                : span.is_sampled() ? "1"
                                                    : "0"));
  }
};

}  // namespace

std::unique_ptr<TextMapPropagator> make_jaeger_propagator() { return std::make_unique<JaegerPropagator>(); }

}  // namespace sonde::detail
