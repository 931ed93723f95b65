#include "genai/content.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "base/base64.h"
#include "otlp/writer.h"

namespace sonde::genai::detail {
namespace {

constexpr std::size_t most_depth = 64;

std::string_view name_of(Modality modality) noexcept {
  switch (modality) {
    case Modality::image: return "image";
    case Modality::video: return "video";
    case Modality::audio: return "audio";
    case Modality::document: return "document";
  }
  return "image";
}

/// An empty text is left out of a map.
AttributeValue if_any(std::string_view text) noexcept {
  return text.empty() ? AttributeValue() : AttributeValue(text);
}

}  // namespace

template <class Item>
std::span<Item> ContentEncoder::allocate(std::size_t count) {
  auto* const items = static_cast<Item*>(arena_.allocate(count * sizeof(Item), alignof(Item)));
  std::uninitialized_default_construct_n(items, count);
  return {items, count};
}

std::string_view ContentEncoder::keep(std::string_view text) {
  const std::span<char> copy = allocate<char>(text.size());
  std::copy(text.begin(), text.end(), copy.begin());
  return {copy.data(), copy.size()};
}

AttributeValue ContentEncoder::map(std::initializer_list<Attribute> attributes) {
  constexpr std::size_t size = sizeof(Attribute);
  auto* const entries =
      static_cast<Attribute*>(arena_.allocate(attributes.size() * size, alignof(Attribute)));
  Attribute* end = entries;
  for (const Attribute& entry : attributes) {
    if (entry.value.type() != AttributeValue::Type::empty) std::construct_at(end++, entry);
  }
  return AttributeValue::map({entries, end});
}

std::string_view ContentEncoder::text(ContentKind kind, std::string_view text) {
  std::string redacted;
  if (options_.redact) {
    try {
      redacted = text;
      options_.redact(kind, redacted);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (...) {
      redacted = "[redaction failed]";
    }
    text = redacted;
  }
  const std::string_view cut = otlp::truncate(text, options_.max_text_length);
  if (cut.size() == text.size()) return options_.redact ? keep(text) : text;
  std::string marked(cut);
  marked += "…";
  return keep(marked);
}

AttributeValue ContentEncoder::value(ContentKind kind, const AttributeValue& value, std::size_t depth) {
  using Type = AttributeValue::Type;
  const bool changes_nothing = !options_.redact && options_.max_text_length == std::string_view::npos;
  if (changes_nothing || depth > most_depth) return value;
  switch (value.type()) {
    case Type::string: return text(kind, value.as_string());
    case Type::array: {
      const std::span<AttributeValue> elements = allocate<AttributeValue>(value.as_array().size());
      std::transform(value.as_array().begin(), value.as_array().end(), elements.begin(),
                     [&](const AttributeValue& element) { return this->value(kind, element, depth + 1); });
      return AttributeValue::array(elements);
    }
    case Type::strings: {
      const std::span<std::string_view> elements = allocate<std::string_view>(value.as_strings().size());
      std::transform(value.as_strings().begin(), value.as_strings().end(), elements.begin(),
                     [&](std::string_view element) { return text(kind, element); });
      return AttributeValue::strings(elements);
    }
    case Type::map: {
      const std::span<Attribute> entries = allocate<Attribute>(value.as_map().size());
      std::transform(value.as_map().begin(), value.as_map().end(), entries.begin(),
                     [&](const Attribute& entry) {
                       return Attribute{entry.key, this->value(kind, entry.value, depth + 1)};
                     });
      return AttributeValue::map(entries);
    }
    default: return value;
  }
}

AttributeValue ContentEncoder::blob(const Part& part) {
  std::string text;
  base::append_base64({reinterpret_cast<const std::uint8_t*>(part.content.data()), part.content.size()},
                      text);
  return map({{"type", "blob"},
              {"modality", name_of(part.modality)},
              {"mime_type", if_any(part.mime_type)},
              {"content", keep(text)}});
}

AttributeValue ContentEncoder::generic(ContentKind kind, const Part& part) {
  const AttributeValue properties = value(kind, part.value);
  const std::span<const Attribute> given = properties.as_map();
  const std::span<Attribute> entries = allocate<Attribute>(given.size() + 1);
  entries.front() = {"type", part.name};
  std::copy(given.begin(), given.end(), entries.begin() + 1);
  return AttributeValue::map(entries);
}

AttributeValue ContentEncoder::part(ContentKind kind, const Part& part) {
  using Type = Part::Type;
  switch (part.type) {
    case Type::text: return map({{"type", "text"}, {"content", text(kind, part.content)}});
    case Type::reasoning: return map({{"type", "reasoning"}, {"content", text(kind, part.content)}});
    case Type::tool_call:
      return map({{"type", "tool_call"},
                  {"id", if_any(part.id)},
                  {"name", part.name},
                  {"arguments", value(kind, part.value)}});
    case Type::tool_call_response:
      return map(
          {{"type", "tool_call_response"}, {"id", if_any(part.id)}, {"response", value(kind, part.value)}});
    case Type::server_tool_call:
      return map({{"type", "server_tool_call"},
                  {"id", if_any(part.id)},
                  {"name", part.name},
                  {"server_tool_call", value(kind, part.value)}});
    case Type::server_tool_call_response:
      return map({{"type", "server_tool_call_response"},
                  {"id", if_any(part.id)},
                  {"server_tool_call_response", value(kind, part.value)}});
    case Type::blob: return blob(part);
    case Type::file:
      return map({{"type", "file"},
                  {"modality", name_of(part.modality)},
                  {"mime_type", if_any(part.mime_type)},
                  {"file_id", part.content}});
    case Type::uri:
      return map({{"type", "uri"},
                  {"modality", name_of(part.modality)},
                  {"mime_type", if_any(part.mime_type)},
                  {"uri", text(kind, part.content)}});
    case Type::compaction:
      return map({{"type", "compaction"}, {"id", if_any(part.id)}, {"content", text(kind, part.content)}});
    case Type::generic: return generic(kind, part);
  }
  return {};
}

AttributeValue ContentEncoder::message(ContentKind kind, const Messages& messages,
                                       const Messages::Message& message) {
  const std::span<const Part> parts = messages.parts(message);
  const std::span<AttributeValue> values = allocate<AttributeValue>(parts.size());
  std::transform(parts.begin(), parts.end(), values.begin(),
                 [&](const Part& each) { return part(kind, each); });
  return map({{"role", message.role},
              {"name", if_any(message.name)},
              {"parts", AttributeValue::array(values)},
              {"finish_reason", if_any(message.finish_reason)}});
}

AttributeValue ContentEncoder::messages(ContentKind kind, const Messages& messages) {
  const std::span<AttributeValue> values = allocate<AttributeValue>(messages.messages().size());
  std::transform(messages.messages().begin(), messages.messages().end(), values.begin(),
                 [&](const Messages::Message& each) { return message(kind, messages, each); });
  return AttributeValue::array(values);
}

AttributeValue ContentEncoder::system_instructions(const Messages& messages) {
  const std::span<const Part> parts = messages.parts();
  const std::span<AttributeValue> values = allocate<AttributeValue>(parts.size());
  std::transform(parts.begin(), parts.end(), values.begin(),
                 [&](const Part& each) { return part(ContentKind::system_instructions, each); });
  return AttributeValue::array(values);
}

AttributeValue ContentEncoder::tool_definitions(std::span<const ToolDefinition> tools) {
  constexpr auto kind = ContentKind::tool_definition;
  const std::span<AttributeValue> values = allocate<AttributeValue>(tools.size());
  std::transform(tools.begin(), tools.end(), values.begin(), [&](const ToolDefinition& tool) {
    return map({{"type", tool.type},
                {"name", tool.name},
                {"description", if_any(tool.description.empty() ? "" : text(kind, tool.description))},
                {"parameters", value(kind, tool.parameters)}});
  });
  return AttributeValue::array(values);
}

AttributeValue ContentEncoder::documents(std::span<const RetrievedDocument> documents) {
  constexpr auto kind = ContentKind::retrieval_document;
  const std::span<AttributeValue> values = allocate<AttributeValue>(documents.size());
  std::transform(documents.begin(), documents.end(), values.begin(), [&](const RetrievedDocument& document) {
    return map({{"id", if_any(document.id)},
                {"score", document.score},
                {"content", if_any(document.content.empty() ? "" : text(kind, document.content))}});
  });
  return AttributeValue::array(values);
}

}  // namespace sonde::genai::detail
