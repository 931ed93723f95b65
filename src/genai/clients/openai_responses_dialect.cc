#include <utility>

#include "genai/clients/dialect_json.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

/// A message is one item of the input, or several: each tool call and each answer to one stands by itself.
void add_items(const ChatMessage& message, Json& items) {
  if (message.role == "tool") {
    items.push_back(
        {{"type", "function_call_output"}, {"call_id", message.tool_call_id}, {"output", message.content}});
    return;
  }
  if (!message.content.empty()) items.push_back({{"role", message.role}, {"content", message.content}});
  for (const ToolCall& call : message.tool_calls) {
    items.push_back({{"type", "function_call"},
                     {"call_id", call.id},
                     {"name", call.name},
                     {"arguments", call.arguments}});
  }
}

Json request_json(const ChatRequest& request, bool stream) {
  Json json = {{"model", request.model}, {"input", Json::array()}};
  for (const ChatMessage& message : request.messages) add_items(message, json["input"]);
  for (const Tool& tool : request.tools) {
    json["tools"].push_back({{"type", "function"},
                             {"name", tool.name},
                             {"description", tool.description},
                             {"parameters", parse_given(tool.parameters_json, "parameters_json")}});
  }
  const std::string& choice = request.tool_choice;
  if (choice == "auto" || choice == "none" || choice == "required") {
    json["tool_choice"] = choice;
  } else if (!choice.empty()) {
    json["tool_choice"] = {{"type", "function"}, {"name", choice}};
  }
  set_if(json, "max_output_tokens", request.max_tokens);
  set_if(json, "temperature", request.temperature);
  set_if(json, "top_p", request.top_p);
  if (!request.reasoning_effort.empty()) json["reasoning"] = {{"effort", request.reasoning_effort}};
  if (!request.response_schema_json.empty()) {
    json["text"]["format"] = {{"type", "json_schema"},
                              {"name", request.response_schema_name},
                              {"strict", true},
                              {"schema", parse_given(request.response_schema_json, "response_schema_json")}};
  }
  if (stream) json["stream"] = true;
  merge_extra(json, request);
  return json;
}

void read_item(const Json& item, ChatMessage& message) {
  const std::string type = text(item, "type");
  if (type == "message") {
    for (const Json& part : list(item, "content")) message.content += text(part, "text");
  } else if (type == "function_call") {
    message.tool_calls.push_back({text(item, "call_id"), text(item, "name"), text(item, "arguments")});
  } else if (type == "reasoning") {
    for (const Json& part : list(item, "summary")) message.reasoning += text(part, "text");
  }
}

std::string finish_reason(const Json& json, const ChatMessage& message) {
  std::string reason = text(member(json, "incomplete_details"), "reason");
  if (reason == "max_output_tokens") return "length";
  if (!reason.empty()) return reason;
  return message.tool_calls.empty() ? "stop" : "tool_call";
}

Result<ChatResponse> read_response(const Json& json) {
  if (auto error = error_in(json)) return *std::move(error);
  if (!member(json, "output").is_array()) return invalid_response("it has no output");
  ChatResponse response{.id = text(json, "id"), .model = text(json, "model")};
  ChatChoice& choice = response.choices.emplace_back();
  choice.message.role = "assistant";
  for (const Json& item : json["output"]) read_item(item, choice.message);
  choice.finish_reason = finish_reason(json, choice.message);
  const Json& usage = member(json, "usage");
  response.usage = {
      .input_tokens = number(usage, "input_tokens"),
      .output_tokens = number(usage, "output_tokens"),
      .cache_read_input_tokens = number(member(usage, "input_tokens_details"), "cached_tokens"),
      .reasoning_output_tokens = number(member(usage, "output_tokens_details"), "reasoning_tokens")};
  return response;
}

/// {"type": "error", "code", "message"}, unlike the errors elsewhere.
ApiError error_event(const Json& json) {
  const std::string code = text(json, "code");
  return {.type = code.empty() ? "_OTHER" : code, .message = text(json, "message")};
}

class ResponsesStreamDecoder final : public StreamDecoder {
 public:
  Result<bool> take(std::string_view data, const std::function<void(const ChatChunk&)>& on_chunk) override {
    const Json json = parse(data);
    if (json.is_discarded()) return invalid_response("an event of the stream is no JSON");
    const std::string type = text(json, "type");
    if (type == "error") return error_event(json);
    if (type == "response.created") response_.id = text(member(json, "response"), "id");
    if (type == "response.output_text.delta") return take_text({.text = text(json, "delta")}, on_chunk);
    if (type == "response.reasoning_summary_text.delta")
      return take_text({.reasoning = text(json, "delta")}, on_chunk);
    if (type == "response.completed" || type == "response.incomplete" || type == "response.failed") {
      // The last event repeats everything, in its final form.
      auto whole = read_response(member(json, "response"));
      if (!whole) return whole.error();
      response_ = *std::move(whole);
      is_complete_ = true;
    }
    return true;
  }

 private:
  Result<bool> take_text(const ChatChunk& chunk, const std::function<void(const ChatChunk&)>& on_chunk) {
    ChatMessage& message = choice(0).message;
    message.content += chunk.text;
    message.reasoning += chunk.reasoning;
    on_chunk(chunk);
    return true;
  }
};

class OpenAiResponsesDialect final : public Dialect {
 public:
  [[nodiscard]] std::string_view provider() const noexcept override { return provider::openai; }
  [[nodiscard]] std::string_view api_type() const noexcept override { return "responses"; }
  [[nodiscard]] transport::HttpHeaders headers(const std::string& api_key) const override {
    return make_openai_dialect()->headers(api_key);
  }
  [[nodiscard]] Expected<ApiRequest> chat_request(const ChatRequest& request, bool stream) const override {
    return build_request([&] { return ApiRequest{"/responses", dump(request_json(request, stream))}; });
  }
  [[nodiscard]] Result<ChatResponse> read_chat(const std::string& body) const override {
    const Json json = parse(body);
    if (json.is_discarded()) return invalid_response("it is no JSON");
    auto response = read_response(json);
    if (response) response->json = body;
    return response;
  }
  [[nodiscard]] std::unique_ptr<StreamDecoder> stream_decoder() const override {
    return std::make_unique<ResponsesStreamDecoder>();
  }
  [[nodiscard]] Expected<ApiRequest> embeddings_request(const EmbeddingsInput& input) const override {
    return make_openai_dialect()->embeddings_request(input);
  }
  [[nodiscard]] Result<EmbeddingsResponse> read_embeddings(const std::string& body) const override {
    return make_openai_dialect()->read_embeddings(body);
  }
};

}  // namespace

std::unique_ptr<Dialect> make_openai_responses_dialect() {
  return std::make_unique<OpenAiResponsesDialect>();
}

}  // namespace sonde::genai::detail
