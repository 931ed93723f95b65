#include "sdk/request_slice.h"

#include "otlp/writer.h"
#include "sdk/wire_fields.h"

namespace sonde::detail {
namespace {

namespace fields = otlp::fields;

void append_field(std::string& out, std::uint32_t number, std::string_view content) {
  std::uint8_t header[12];
  const std::uint8_t* const end = otlp::write_delimited_header(header, number, content.size());
  out.append(reinterpret_cast<const char*>(header), static_cast<std::size_t>(end - header));
  out.append(content);
}

/// Which items are still to come, and which of those are wanted.
struct Window {
  std::size_t position = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The wanted part of a ScopeSpans message or its like; nothing if it has no wanted item.
std::string slice_scope_items(std::string_view scope_items, Window& window) {
  std::string out;
  bool has_items = false;
  for_each_field(scope_items, [&](const WireField& field) {
    if (field.number == fields::scope_items::items) {
      const std::size_t position = window.position++;
      if (position < window.first || position >= window.last) return;
      has_items = true;
    }
    append_field(out, field.number, field.content);
  });
  return has_items ? out : std::string();
}

std::string slice_resource_items(std::string_view resource_items, Window& window) {
  std::string out;
  for_each_field(resource_items, [&](const WireField& field) {
    if (field.number != fields::resource_items::scope_items) {
      append_field(out, field.number, field.content);
    } else if (const std::string slice = slice_scope_items(field.content, window); !slice.empty()) {
      append_field(out, field.number, slice);
    }
  });
  return out;
}

}  // namespace

std::string slice_request(std::string_view request, std::size_t first, std::size_t last) {
  Window window{.first = first, .last = last};
  std::string out;
  for_each_field(request, [&](const WireField& field) {
    append_field(out, field.number, slice_resource_items(field.content, window));
  });
  return out;
}

}  // namespace sonde::detail
