#include "sonde/console_exporter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/json_writer.h"

namespace sonde {
namespace {

/// As JSON, so that text, numbers and nesting can be told apart.
void write_value(const ValueView& value, base::JsonWriter& json) {
  using Type = AttributeValue::Type;
  switch (value.type()) {
    case Type::boolean: return json.boolean(value.as_boolean());
    case Type::integer: return json.integer(value.as_integer());
    case Type::floating: return json.number(value.as_floating());
    case Type::string: return json.string(value.as_string());
    case Type::bytes: {
      std::string text;
      const std::string_view bytes = value.as_string();
      base::append_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, text);
      return json.string(text);
    }
    case Type::array:
      json.begin_array();
      for (const ValueView element : value.elements()) write_value(element, json);
      return json.end_array();
    case Type::map:
      json.begin_object();
      for (const AttributeView entry : value.entries()) {
        json.key(entry.key());
        write_value(entry.value(), json);
      }
      return json.end_object();
    default: return json.null();
  }
}

std::string duration_text(std::uint64_t nanoseconds) {
  struct Unit {
    double size;
    const char* name;
  };
  constexpr std::array<Unit, 4> units = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}}};
  const auto value = static_cast<double>(nanoseconds);
  const Unit* unit = units.begin();
  while (unit->size > 1 && value < unit->size) ++unit;
  std::array<char, 32> text{};
  const double scaled = value / unit->size;
  const int size =
      std::snprintf(text.data(), text.size(), scaled < 100 ? "%.3g %s" : "%.0f %s", scaled, unit->name);
  return {text.data(), static_cast<std::size_t>(size)};
}

class ConsoleExporter final : public SpanExporter {
 public:
  explicit ConsoleExporter(std::FILE* stream) : stream_(stream) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline /*deadline*/) noexcept override {
    try {
      const std::string text = render(batch);
      std::fwrite(text.data(), 1, text.size(), stream_);
      std::fflush(stream_);
      return {};
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }

 private:
  using Children = std::multimap<SpanId, const SpanView*>;

  static std::string render(const SpanBatch& batch) {
    std::vector<SpanView> spans;
    batch.for_each([&](const InstrumentationScope&, const SpanView& span) { spans.push_back(span); });
    std::sort(spans.begin(), spans.end(),
              [](const SpanView& a, const SpanView& b) { return a.start_time() < b.start_time(); });
    Children children;
    std::map<SpanId, const SpanView*> by_id;
    for (const SpanView& span : spans) by_id.emplace(span.span_id(), &span);
    for (const SpanView& span : spans) {
      if (by_id.contains(span.parent_span_id())) children.emplace(span.parent_span_id(), &span);
    }
    std::string out;
    for (const SpanView& span : spans) {
      if (!by_id.contains(span.parent_span_id())) append_span(span, children, 0, out);
    }
    return out;
  }

  static void append_span(const SpanView& span, const Children& children, std::size_t depth,
                          std::string& out) {
    const std::string indent(2 * depth, ' ');
    out += indent;
    out += span.name();
    out += "  " + duration_text(span.end_time() - span.start_time());
    if (span.status() == StatusCode::ok) out += "  ok";
    if (span.status() == StatusCode::error) {
      out += "  ERROR ";
      out += span.status_message();
    }
    out += "  [trace " + span.trace_id().to_hex() + " span " + span.span_id().to_hex();
    if (span.parent_span_id().is_valid()) out += " parent " + span.parent_span_id().to_hex();
    out += "]\n";
    append_attributes(span.attributes(), indent + "    ", out);
    for (const SpanEventView event : span.events()) {
      const std::uint64_t offset = event.time() - std::min(event.time(), span.start_time());
      out += indent + "  + " + duration_text(offset) + "  ";
      out += event.name();
      out += '\n';
      append_attributes(event.attributes(), indent + "      ", out);
    }
    // A span that is its own ancestor cannot be reached from a root, so this ends.
    const auto [first, last] = children.equal_range(span.span_id());
    for (auto child = first; child != last; ++child) append_span(*child->second, children, depth + 1, out);
  }

  static void append_attributes(const detail::WireRange<AttributeView>& attributes, const std::string& indent,
                                std::string& out) {
    for (const AttributeView attribute : attributes) {
      out += indent;
      out += attribute.key();
      out += ": ";
      base::JsonWriter json(out);
      write_value(attribute.value(), json);
      out += '\n';
    }
  }

  std::FILE* const stream_;
};

}  // namespace

std::unique_ptr<SpanExporter> make_console_exporter(std::FILE* stream) {
  return std::make_unique<ConsoleExporter>(stream);
}

}  // namespace sonde
