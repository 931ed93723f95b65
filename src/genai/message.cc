#include "sonde/genai/message.hpp"

#include "genai/json_values.h"

namespace sonde::genai {

Part Part::text(std::string_view content) noexcept { return {.type = Type::text, .content = content}; }

Part Part::reasoning(std::string_view content) noexcept {
  return {.type = Type::reasoning, .content = content};
}

Part Part::tool_call(std::string_view id, std::string_view name, const AttributeValue& arguments) noexcept {
  return {.type = Type::tool_call, .id = id, .name = name, .value = arguments};
}

Part Part::tool_call_response(std::string_view id, const AttributeValue& response) noexcept {
  return {.type = Type::tool_call_response, .id = id, .value = response};
}

Part Part::server_tool_call(std::string_view id, std::string_view name, const AttributeValue& call) noexcept {
  return {.type = Type::server_tool_call, .id = id, .name = name, .value = call};
}

Part Part::server_tool_call_response(std::string_view id, const AttributeValue& response) noexcept {
  return {.type = Type::server_tool_call_response, .id = id, .value = response};
}

Part Part::blob(Modality modality, std::string_view mime_type,
                std::span<const std::uint8_t> content) noexcept {
  return {.type = Type::blob,
          .modality = modality,
          .content = {reinterpret_cast<const char*>(content.data()), content.size()},
          .mime_type = mime_type};
}

Part Part::file(Modality modality, std::string_view file_id, std::string_view mime_type) noexcept {
  return {.type = Type::file, .modality = modality, .content = file_id, .mime_type = mime_type};
}

Part Part::uri(Modality modality, std::string_view uri, std::string_view mime_type) noexcept {
  return {.type = Type::uri, .modality = modality, .content = uri, .mime_type = mime_type};
}

Part Part::compaction(std::string_view id, std::string_view content) noexcept {
  return {.type = Type::compaction, .content = content, .id = id};
}

Part Part::generic(std::string_view type, Attributes properties) noexcept {
  return {.type = Type::generic, .name = type, .value = AttributeValue::map(properties)};
}

Messages& Messages::add(std::string_view role, std::string_view name) {
  if (messages_.capacity() == 0) reserve();
  messages_.push_back({.role = role,
                       .name = name,
                       .finish_reason = {},
                       .first_part = static_cast<std::uint32_t>(parts_.size()),
                       .part_count = 0});
  return *this;
}

void Messages::reserve() {
  constexpr std::size_t usual = 16;  // growing to that one by one costs more than the messages themselves
  messages_.reserve(usual);
  parts_.reserve(usual);
}

Messages& Messages::finish_reason(std::string_view reason) {
  if (!messages_.empty()) messages_.back().finish_reason = reason;
  return *this;
}

Messages& Messages::part(const Part& part) {
  if (messages_.empty()) add("user");
  parts_.push_back(part);
  ++messages_.back().part_count;
  return *this;
}

AttributeValue Messages::json(std::string_view text) { return detail::parse_json(text, values_); }

void Messages::clear() noexcept {
  messages_.clear();
  parts_.clear();
  values_.clear();
}

}  // namespace sonde::genai
