#include "sdk/exporters/zipkin_json.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json_writer.h"

namespace sonde::sdk {
namespace {

using base::JsonWriter;
using Attributes = detail::WireRange<AttributeView>;

std::string_view kind_of(const SpanView& span) noexcept {
  switch (span.kind()) {
    case SpanKind::server: return "SERVER";
    case SpanKind::client: return "CLIENT";
    case SpanKind::producer: return "PRODUCER";
    case SpanKind::consumer: return "CONSUMER";
    default: return {};
  }
}

std::optional<ValueView> find(const Attributes& attributes, std::string_view key) {
  std::optional<ValueView> found;
  for (const AttributeView attribute : attributes) {
    if (attribute.key() == key) found = attribute.value();
  }
  return found;
}

/// Zipkin counts in microseconds, and knows no span without a duration.
std::uint64_t microseconds(std::uint64_t nanoseconds) noexcept { return nanoseconds / 1'000; }
std::uint64_t duration_of(const SpanView& span) noexcept {
  const std::uint64_t nanoseconds = span.end_time() - std::min(span.start_time(), span.end_time());
  return std::max<std::uint64_t>(1, (nanoseconds + 500) / 1'000);
}

/// Zipkin's values are strings: text as it is, all else as JSON.
std::string text_of(const ValueView& value) {
  if (value.type() == AttributeValue::Type::string) return std::string(value.as_string());
  std::string text;
  append_json(value, text);
  return text;
}

// Where a span's request went.

/// A place, from what says most to what says least; those with a port's attribute hold an address.
struct PlaceAttribute {
  std::string_view key;
  std::string_view port_key = {};
};
constexpr std::array places{
    PlaceAttribute{"peer.service"},
    PlaceAttribute{"server.address", "server.port"},
    PlaceAttribute{"net.peer.name", "net.peer.port"},
    PlaceAttribute{"network.peer.address", "network.peer.port"},
    PlaceAttribute{"server.socket.domain"},
    PlaceAttribute{"server.socket.address", "server.socket.port"},
    PlaceAttribute{"net.sock.peer.name"},
    PlaceAttribute{"net.sock.peer.addr", "net.sock.peer.port"},
    PlaceAttribute{"peer.hostname"},
    PlaceAttribute{"peer.address"},
    PlaceAttribute{"db.name"},
};

bool is_address(int family, const std::string& text) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, text.c_str(), address.data()) == 1;
}

void write_remote_endpoint(const SpanView& span, JsonWriter& json) {
  if (span.kind() != SpanKind::client && span.kind() != SpanKind::producer) return;
  for (const auto& [key, port_key] : places) {
    const auto place = find(span.attributes(), key);
    if (!place || place->type() != AttributeValue::Type::string || place->as_string().empty()) continue;
    const std::string text(place->as_string());
    json.key("remoteEndpoint").begin_object();
    json.key(is_address(AF_INET, text)    ? "ipv4"
             : is_address(AF_INET6, text) ? "ipv6"
                                          : "serviceName")
        .string(text);
    const auto port = port_key.empty() ? std::nullopt : find(span.attributes(), port_key);
    if (port && port->as_integer() > 0 && port->as_integer() < 65'536)
      json.key("port").integer(port->as_integer());
    json.end_object();
    return;
  }
}

// A span's content.

void write_annotations(const SpanView& span, JsonWriter& json) {
  bool is_first = true;
  for (const SpanEventView event : span.events()) {
    if (is_first) json.key("annotations").begin_array();
    is_first = false;
    std::string value(event.name());
    if (event.attributes().begin() !=
        std::default_sentinel) {  // "name": {"key": ...}, as the specification has it.
      value.clear();
      base::append_json_string(event.name(), value);
      value += ": ";
      JsonWriter attributes(value);
      attributes.begin_object();
      for (const AttributeView attribute : event.attributes()) {
        std::string text;
        append_json(attribute.value(), text);
        attributes.key(attribute.key()).raw(text);
      }
      attributes.end_object();
    }
    json.begin_object();
    json.key("timestamp").unsigned_integer(microseconds(event.time()));
    json.key("value").string(value);
    json.end_object();
  }
  if (!is_first) json.end_array();
}

void write_tags(const InstrumentationScope& scope, const SpanView& span, JsonWriter& json) {
  json.key("tags").begin_object();
  const bool failed = span.status() == StatusCode::error;
  for (const AttributeView attribute : span.attributes()) {
    if (failed && attribute.key() == "error") continue;  // The status's, below.
    json.key(attribute.key()).string(text_of(attribute.value()));
  }
  const auto tag = [&json](std::string_view key, std::string_view value) {
    if (!value.empty()) json.key(key).string(value);
  };
  tag("otel.scope.name", scope.name);
  tag("otel.scope.version", scope.version);
  if (failed) {
    json.key("otel.status_code").string("ERROR");
    json.key("error").string(span.status_message());
  } else if (span.status() == StatusCode::ok) {
    json.key("otel.status_code").string("OK");
  }
  const auto count = [&json](std::string_view key, std::uint32_t dropped) {
    if (dropped > 0) json.key(key).string(std::to_string(dropped));
  };
  count("otel.dropped_attributes_count", span.dropped_attributes());
  count("otel.dropped_events_count", span.dropped_events());
  count("otel.dropped_links_count", span.dropped_links());
  json.end_object();
}

void write_span(std::string_view service_name, const InstrumentationScope& scope, const SpanView& span,
                JsonWriter& json) {
  json.begin_object();
  json.key("traceId").string(span.trace_id().to_hex());
  json.key("id").string(span.span_id().to_hex());
  if (span.parent_span_id().is_valid()) json.key("parentId").string(span.parent_span_id().to_hex());
  json.key("name").string(span.name());
  if (const std::string_view kind = kind_of(span); !kind.empty()) json.key("kind").string(kind);
  json.key("timestamp").unsigned_integer(microseconds(span.start_time()));
  json.key("duration").unsigned_integer(duration_of(span));
  json.key("localEndpoint").begin_object();
  json.key("serviceName").string(service_name);
  json.end_object();
  write_remote_endpoint(span, json);
  write_annotations(span, json);
  write_tags(scope, span, json);
  json.end_object();
}

}  // namespace

void append_zipkin_json(const SpanBatch& batch, std::string& out) {
  const auto service = find(batch.resource(), "service.name");
  const std::string_view service_name = service ? service->as_string() : "unknown_service";
  JsonWriter json(out);
  json.begin_array();
  batch.for_each([&](const InstrumentationScope& scope, const SpanView& span) {
    write_span(service_name, scope, span, json);
  });
  json.end_array();
}

}  // namespace sonde::sdk
