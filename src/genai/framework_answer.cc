#include "genai/framework_answer.h"

#include <memory>
#include <string>
#include <utility>

#include "genai/clients/dialect.h"
#include "genai/clients/dialect_json.h"
#include "genai/json_values.h"

namespace sonde::genai::detail {
namespace {

using Type = AttributeValue::Type;

Attributes entries(const AttributeValue& value) noexcept {
  return value.type() == Type::map ? Attributes(value.as_map()) : Attributes();
}

std::optional<ChatResponse> read_event(const std::string& json) {
  const auto decoder = make_openai_dialect()->stream_decoder();
  if (!decoder->take(json, [](const ChatChunk&) {})) return std::nullopt;
  return decoder->response();
}

/// The APIs are told apart by what only an answer of theirs has.
std::optional<ChatResponse> read_answer(Attributes answer, const std::string& json) {
  const auto has = [&](const char* key) { return member_of(answer, key).type() != Type::empty; };
  if (text_of(answer, "object") == "chat.completion.chunk") return read_event(json);
  std::unique_ptr<Dialect> dialect;
  if (has("choices")) {
    dialect = make_openai_dialect();
  } else if (has("output")) {
    dialect = make_openai_responses_dialect();
  } else if (has("content") && has("stop_reason")) {
    dialect = make_anthropic_dialect();
  } else if (has("message") && has("done")) {
    dialect = make_ollama_dialect();
  } else {
    return std::nullopt;
  }
  auto response = dialect->read_chat(json);
  if (!response) return std::nullopt;
  return *std::move(response);
}

bool says_nothing(const ChatResponse& response) noexcept {
  return response.choices.empty() ||
         (response.text().empty() && response.choices.front().message.tool_calls.empty());
}

}  // namespace

AttributeValue member_of(Attributes map, std::string_view key) noexcept {
  for (const Attribute& entry : map) {
    if (entry.key == key) return entry.value;
  }
  return {};
}

std::string_view text_of(Attributes map, std::string_view key) noexcept {
  const AttributeValue value = member_of(map, key);
  return value.type() == Type::string ? value.as_string() : std::string_view();
}

std::optional<ChatResponse> framework_answer(const AttributeValue& result) {
  const Attributes outer = entries(result);
  const AttributeValue raw = member_of(outer, "raw");
  const AttributeValue& answer = raw.type() == Type::map ? raw : result;
  std::string json;
  append_json(answer, json);
  auto response = read_answer(entries(answer), json);
  const std::string_view text = text_of(outer, "text");
  if (text.empty() || (response && !says_nothing(*response))) return response;
  if (!response) response.emplace();
  if (response->choices.empty()) response->choices.emplace_back();
  ChatMessage& message = response->choices.front().message;
  message.role = "assistant";
  message.content = text;
  return response;
}

bool tells_input(Attributes bound_arguments) noexcept {
  return member_of(bound_arguments, "messages").type() == Type::array ||
         !text_of(bound_arguments, "prompt").empty();
}

void describe_framework_input(Attributes bound_arguments, Messages& messages) {
  const AttributeValue list = member_of(bound_arguments, "messages");
  if (list.type() != Type::array) {
    messages.add("user").text(text_of(bound_arguments, "prompt"));
    return;
  }
  for (const AttributeValue& each : list.as_array()) {
    const Attributes message = entries(each);
    messages.add(text_of(message, "role")).text(text_of(message, "content"));
  }
}

std::vector<RetrievedDocument> framework_documents(const AttributeValue& result) {
  std::vector<RetrievedDocument> documents;
  if (result.type() != Type::array) return documents;
  for (const AttributeValue& each : result.as_array()) {
    const Attributes document = entries(each);
    const AttributeValue score = member_of(document, "score");
    documents.push_back({.id = text_of(document, "id"),
                         .score = score.type() == Type::floating ? score.as_floating() : 0,
                         .content = text_of(document, "content")});
  }
  return documents;
}

}  // namespace sonde::genai::detail
