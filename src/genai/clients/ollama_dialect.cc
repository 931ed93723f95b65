#include <utility>

#include "genai/clients/dialect_json.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

Json message_json(const ChatMessage& message) {
  Json json = {{"role", message.role}, {"content", message.content}};
  if (message.role == "tool" && !message.name.empty()) json["tool_name"] = message.name;
  for (const ToolCall& call : message.tool_calls) {
    Json arguments = parse(call.arguments);
    if (!arguments.is_object()) arguments = Json::object();
    json["tool_calls"].push_back({{"function", {{"name", call.name}, {"arguments", arguments}}}});
  }
  return json;
}

Json request_json(const ChatRequest& request, bool stream) {
  Json json = {{"model", request.model}, {"messages", Json::array()}, {"stream", stream}};
  for (const ChatMessage& message : request.messages) json["messages"].push_back(message_json(message));
  for (const Tool& tool : request.tools) {
    json["tools"].push_back({{"type", "function"},
                             {"function",
                              {{"name", tool.name},
                               {"description", tool.description},
                               {"parameters", parse_given(tool.parameters_json, "parameters_json")}}}});
  }
  Json options = Json::object();
  set_if(options, "num_predict", request.max_tokens);
  set_if(options, "temperature", request.temperature);
  set_if(options, "top_p", request.top_p);
  set_if(options, "seed", request.seed);
  if (!request.stop_sequences.empty()) options["stop"] = request.stop_sequences;
  if (!options.empty()) json["options"] = std::move(options);
  if (!request.response_schema_json.empty()) {
    json["format"] = parse_given(request.response_schema_json, "response_schema_json");
  }
  merge_extra(json, request);
  return json;
}

/// Takes an answer, or a line of one.
void take(const Json& json, ChatResponse& response, ChatChoice& choice) {
  if (response.model.empty()) response.model = text(json, "model");
  const Json& message = member(json, "message");
  choice.message.content += text(message, "content");
  choice.message.reasoning += text(message, "thinking");
  for (const Json& call : list(message, "tool_calls")) {
    const Json& function = member(call, "function");
    choice.message.tool_calls.push_back({{}, text(function, "name"), dump(member(function, "arguments"))});
  }
  if (const std::string reason = text(json, "done_reason"); !reason.empty()) {
    choice.finish_reason = choice.message.tool_calls.empty() ? reason : "tool_call";
  }
  if (const auto tokens = number(json, "prompt_eval_count")) response.usage.input_tokens = tokens;
  if (const auto tokens = number(json, "eval_count")) response.usage.output_tokens = tokens;
}

class OllamaStreamDecoder final : public StreamDecoder {
 public:
  Result<bool> take(std::string_view data, const std::function<void(const ChatChunk&)>& on_chunk) override {
    const Json json = parse(data);
    if (json.is_discarded()) return invalid_response("a line of the stream is no JSON");
    if (auto error = error_in(json)) return *std::move(error);
    const Json& message = member(json, "message");
    const ChatChunk chunk{.text = text(message, "content"), .reasoning = text(message, "thinking")};
    detail::take(json, response_, choice(0));
    if (!chunk.text.empty() || !chunk.reasoning.empty()) on_chunk(chunk);
    const Json& done = member(json, "done");
    is_complete_ = done.is_boolean() && done.get<bool>();
    return true;
  }
};

class OllamaDialect final : public Dialect {
 public:
  [[nodiscard]] std::string_view provider() const noexcept override { return provider::ollama; }
  [[nodiscard]] bool streams_lines() const noexcept override { return true; }
  [[nodiscard]] transport::HttpHeaders headers(const std::string& api_key) const override {
    return make_openai_dialect()->headers(api_key);
  }
  [[nodiscard]] Expected<ApiRequest> chat_request(const ChatRequest& request, bool stream) const override {
    return build_request([&] { return ApiRequest{"/api/chat", dump(request_json(request, stream))}; });
  }

  [[nodiscard]] Result<ChatResponse> read_chat(const std::string& body) const override {
    const Json json = parse(body);
    if (json.is_discarded()) return invalid_response("it is no JSON");
    if (auto error = error_in(json)) return *std::move(error);
    if (!member(json, "message").is_object()) return invalid_response("it has no message");
    ChatResponse response{.json = body};
    ChatChoice choice;
    choice.message.role = "assistant";
    take(json, response, choice);
    response.choices.push_back(std::move(choice));
    return response;
  }

  [[nodiscard]] std::unique_ptr<StreamDecoder> stream_decoder() const override {
    return std::make_unique<OllamaStreamDecoder>();
  }

  [[nodiscard]] Expected<ApiRequest> embeddings_request(const EmbeddingsInput& input) const override {
    Json json = {{"model", input.model}, {"input", input.texts}};
    set_if(json, "dimensions", input.dimensions);
    return ApiRequest{"/api/embed", dump(json)};
  }

  [[nodiscard]] Result<EmbeddingsResponse> read_embeddings(const std::string& body) const override {
    const Json json = parse(body);
    if (auto error = error_in(json)) return *std::move(error);
    EmbeddingsResponse response{.model = text(json, "model"),
                                .input_tokens = number(json, "prompt_eval_count")};
    for (const Json& item : list(json, "embeddings")) {
      if (!item.is_array() || !add_embedding(item, response)) {
        return invalid_response("an embedding is no list of numbers");
      }
    }
    if (response.vectors.empty()) return invalid_response("it has no embeddings");
    return response;
  }
};

}  // namespace

std::unique_ptr<Dialect> make_ollama_dialect() { return std::make_unique<OllamaDialect>(); }

}  // namespace sonde::genai::detail
