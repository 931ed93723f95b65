#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sonde/propagator.hpp"

namespace sonde::detail {

[[nodiscard]] std::unique_ptr<TextMapPropagator> make_trace_context_propagator();
[[nodiscard]] std::unique_ptr<TextMapPropagator> make_baggage_propagator();
[[nodiscard]] std::unique_ptr<TextMapPropagator> make_b3_propagator();
[[nodiscard]] std::unique_ptr<TextMapPropagator> make_b3_multi_propagator();
[[nodiscard]] std::unique_ptr<TextMapPropagator> make_jaeger_propagator();

/// `context` with a span of another process. B3's and Jaeger's debug flag means sampled, and is handed on.
[[nodiscard]] Context remote_context(const TraceId& trace_id, const SpanId& span_id, bool is_sampled,
                                     bool is_debug, const Context& context);
/// Whether the context came with that flag.
[[nodiscard]] bool is_debug(const Context& context) noexcept;

/// An id from hexadecimal digits of either case, up to as many as it has; leading zeros may be missing. False
/// for anything else, and for no id at all.
template <class Id>
[[nodiscard]] bool read_id(std::string_view text, Id& id) {
  if (text.empty() || text.size() > Id::hex_size) return false;
  std::string padded(Id::hex_size - text.size(), '0');
  padded += text;
  return Id::from_hex(padded, id) && id.is_valid();
}

}  // namespace sonde::detail
