#include "sonde/span_context.hpp"

namespace sonde {

namespace {

constexpr std::size_t traceparent_size = 2 + 1 + TraceId::hex_size + 1 + SpanId::hex_size + 1 + 2;

bool read_byte(std::string_view text, std::uint8_t& byte) noexcept {
  return detail::from_hex(text, &byte, 1);
}

/// The recommendation allows lower case only.
bool has_upper_case(std::string_view text) noexcept {
  return text.find_first_of("ABCDEF") != std::string_view::npos;
}

}  // namespace

std::string traceparent(const SpanContext& context) {
  if (!context.is_valid()) return {};
  std::string header(traceparent_size, '-');
  header[0] = header[1] = '0';
  detail::to_hex(context.trace_id().bytes.data(), TraceId::size, &header[3]);
  detail::to_hex(context.span_id().bytes.data(), SpanId::size, &header[36]);
  const std::uint8_t flags = context.trace_flags().bits;
  detail::to_hex(&flags, 1, &header[53]);
  return header;
}

SpanContext parse_traceparent(std::string_view traceparent, std::string_view tracestate) {
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  TraceId trace_id;
  SpanId span_id;
  if (traceparent.size() < traceparent_size || traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-' || !read_byte(traceparent.substr(0, 2), version) || version == 0xFF ||
      has_upper_case(traceparent.substr(0, traceparent_size)) ||
      !TraceId::from_hex(traceparent.substr(3, TraceId::hex_size), trace_id) ||
      !SpanId::from_hex(traceparent.substr(36, SpanId::hex_size), span_id) ||
      !read_byte(traceparent.substr(53, 2), flags)) {
    return {};
  }
  // A later version may add fields behind a dash; version 0 has none.
  if (traceparent.size() > traceparent_size && (version == 0 || traceparent[traceparent_size] != '-'))
    return {};
  if (!trace_id.is_valid() || !span_id.is_valid()) return {};
  const auto known = static_cast<std::uint8_t>(flags & (TraceFlags::sampled | TraceFlags::random));
  return SpanContext(trace_id, span_id, TraceFlags{known}, true, TraceState(tracestate));
}

}  // namespace sonde
