#include <utility>

#include "genai/clients/dialect_json.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

std::string finish_reason(const std::string& reason) {
  return reason == "tool_calls" || reason == "function_call" ? "tool_call" : reason;
}

Json message_json(const ChatMessage& message) {
  Json json = {{"role", message.role}};
  if (!message.content.empty() || message.tool_calls.empty()) json["content"] = message.content;
  if (!message.name.empty()) json["name"] = message.name;
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  for (const ToolCall& call : message.tool_calls) {
    json["tool_calls"].push_back({{"id", call.id},
                                  {"type", "function"},
                                  {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  return json;
}

Json tool_choice_json(const std::string& choice) {
  if (choice == "auto" || choice == "none" || choice == "required") return choice;
  return {{"type", "function"}, {"function", {{"name", choice}}}};
}

Json request_json(const ChatRequest& request, bool stream) {
  Json json = {{"model", request.model}, {"messages", Json::array()}};
  for (const ChatMessage& message : request.messages) json["messages"].push_back(message_json(message));
  for (const Tool& tool : request.tools) {
    json["tools"].push_back({{"type", "function"},
                             {"function",
                              {{"name", tool.name},
                               {"description", tool.description},
                               {"parameters", parse_given(tool.parameters_json, "parameters_json")}}}});
  }
  if (!request.tool_choice.empty()) json["tool_choice"] = tool_choice_json(request.tool_choice);
  set_if(json, "max_tokens", request.max_tokens);
  set_if(json, "temperature", request.temperature);
  set_if(json, "top_p", request.top_p);
  set_if(json, "seed", request.seed);
  set_if(json, "n", request.choice_count);
  if (!request.stop_sequences.empty()) json["stop"] = request.stop_sequences;
  if (!request.reasoning_effort.empty()) json["reasoning_effort"] = request.reasoning_effort;
  if (!request.response_schema_json.empty()) {
    json["response_format"] = {
        {"type", "json_schema"},
        {"json_schema",
         {{"name", request.response_schema_name},
          {"strict", true},
          {"schema", parse_given(request.response_schema_json, "response_schema_json")}}}};
  }
  if (stream) {
    json["stream"] = true;
    json["stream_options"] = {{"include_usage", true}};
  }
  merge_extra(json, request);
  return json;
}

Usage read_usage(const Json& json) {
  const Json& input = member(json, "prompt_tokens_details");
  const Json& output = member(json, "completion_tokens_details");
  return {.input_tokens = number(json, "prompt_tokens"),
          .output_tokens = number(json, "completion_tokens"),
          .cache_read_input_tokens = number(input, "cached_tokens"),
          .reasoning_output_tokens = number(output, "reasoning_tokens")};
}

ChatChoice read_choice(const Json& json) {
  const Json& message = member(json, "message");
  ChatChoice choice{.message = {.role = "assistant", .content = text(message, "content")},
                    .finish_reason = finish_reason(text(json, "finish_reason"))};
  choice.message.reasoning = text(message, "reasoning_content");
  for (const Json& call : list(message, "tool_calls")) {
    const Json& function = member(call, "function");
    choice.message.tool_calls.push_back(
        {text(call, "id"), text(function, "name"), text(function, "arguments")});
  }
  return choice;
}

class OpenAiStreamDecoder final : public StreamDecoder {
 public:
  Result<bool> take(std::string_view data, const std::function<void(const ChatChunk&)>& on_chunk) override {
    if (data == "[DONE]") {
      is_complete_ = true;
      return true;
    }
    const Json json = parse(data);
    if (json.is_discarded()) return invalid_response("an event of the stream is no JSON");
    if (auto error = error_in(json)) return *std::move(error);
    if (response_.id.empty()) response_.id = text(json, "id");
    if (response_.model.empty()) response_.model = text(json, "model");
    if (member(json, "usage").is_object()) response_.usage = read_usage(json["usage"]);
    for (const Json& each : list(json, "choices")) take_choice(each, on_chunk);
    return true;
  }

 private:
  void take_choice(const Json& json, const std::function<void(const ChatChunk&)>& on_chunk) {
    const auto index = static_cast<std::size_t>(number(json, "index").value_or(0));
    ChatChoice& choice = this->choice(index);
    const Json& delta = member(json, "delta");
    ChatChunk chunk{.text = text(delta, "content"),
                    .reasoning = text(delta, "reasoning_content"),
                    .choice = static_cast<std::uint32_t>(index)};
    choice.message.content += chunk.text;
    choice.message.reasoning += chunk.reasoning;
    for (const Json& each : list(delta, "tool_calls")) {
      ToolCall& call = tool_call(choice, static_cast<std::size_t>(number(each, "index").value_or(0)));
      const Json& function = member(each, "function");
      call.id += text(each, "id");
      call.name += text(function, "name");
      call.arguments += text(function, "arguments");
    }
    if (const std::string reason = text(json, "finish_reason"); !reason.empty()) {
      choice.finish_reason = finish_reason(reason);
    }
    if (!chunk.text.empty() || !chunk.reasoning.empty()) on_chunk(chunk);
  }
};

class OpenAiDialect final : public Dialect {
 public:
  [[nodiscard]] std::string_view provider() const noexcept override { return provider::openai; }
  [[nodiscard]] std::string_view api_type() const noexcept override { return "chat_completions"; }
  [[nodiscard]] transport::HttpHeaders headers(const std::string& api_key) const override {
    if (api_key.empty()) return {};
    return {{"authorization", "Bearer " + api_key}};
  }

  [[nodiscard]] Expected<ApiRequest> chat_request(const ChatRequest& request, bool stream) const override {
    return build_request([&] {
      return ApiRequest{"/chat/completions", dump(request_json(request, stream))};
    });
  }

  [[nodiscard]] Result<ChatResponse> read_chat(const std::string& body) const override {
    const Json json = parse(body);
    if (json.is_discarded()) return invalid_response("it is no JSON");
    if (auto error = error_in(json)) return *std::move(error);
    ChatResponse response{.id = text(json, "id"), .model = text(json, "model"), .json = body};
    for (const Json& choice : list(json, "choices")) response.choices.push_back(read_choice(choice));
    if (response.choices.empty()) return invalid_response("it has no choices");
    response.usage = read_usage(member(json, "usage"));
    return response;
  }

  [[nodiscard]] std::unique_ptr<StreamDecoder> stream_decoder() const override {
    return std::make_unique<OpenAiStreamDecoder>();
  }

  [[nodiscard]] Expected<ApiRequest> embeddings_request(const EmbeddingsInput& input) const override {
    Json json = {{"model", input.model}, {"input", input.texts}};
    set_if(json, "dimensions", input.dimensions);
    return ApiRequest{"/embeddings", dump(json)};
  }

  [[nodiscard]] Result<EmbeddingsResponse> read_embeddings(const std::string& body) const override {
    const Json json = parse(body);
    EmbeddingsResponse response{.model = text(json, "model"),
                                .input_tokens = number(member(json, "usage"), "prompt_tokens")};
    for (const Json& item : list(json, "data")) {
      if (!add_embedding(list(item, "embedding"), response)) {
        return invalid_response("an embedding is no list of numbers");
      }
    }
    if (response.vectors.empty()) return invalid_response("it has no embeddings");
    return response;
  }
};

}  // namespace

std::unique_ptr<Dialect> make_openai_dialect() { return std::make_unique<OpenAiDialect>(); }

}  // namespace sonde::genai::detail
