#include <map>
#include <utility>

#include "genai/clients/dialect_json.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

/// Required by the API; what it is when the caller does not say.
constexpr std::int64_t default_max_tokens = 4096;

std::string finish_reason(const std::string& reason) {
  if (reason == "end_turn" || reason == "stop_sequence") return "stop";
  if (reason == "max_tokens") return "length";
  if (reason == "tool_use") return "tool_call";
  if (reason == "refusal") return "content_filter";
  return reason;
}

Json arguments_json(const ToolCall& call) {
  Json arguments = parse(call.arguments);
  return arguments.is_object() ? arguments : Json::object();
}

Json message_json(const ChatMessage& message) {
  if (message.role == "tool") {
    return {
        {"role", "user"},
        {"content",
         {{{"type", "tool_result"}, {"tool_use_id", message.tool_call_id}, {"content", message.content}}}}};
  }
  Json json = {{"role", message.role}};
  if (message.tool_calls.empty()) {
    json["content"] = message.content;
    return json;
  }
  json["content"] = Json::array();
  if (!message.content.empty()) json["content"].push_back({{"type", "text"}, {"text", message.content}});
  for (const ToolCall& call : message.tool_calls) {
    json["content"].push_back(
        {{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", arguments_json(call)}});
  }
  return json;
}

Json tool_choice_json(const std::string& choice) {
  if (choice == "auto" || choice == "none") return {{"type", choice}};
  if (choice == "required") return {{"type", "any"}};
  return {{"type", "tool"}, {"name", choice}};
}

Json request_json(const ChatRequest& request, bool stream) {
  Json json = {{"model", request.model},
               {"max_tokens", request.max_tokens.value_or(default_max_tokens)},
               {"messages", Json::array()}};
  for (const ChatMessage& message : request.messages) {
    if (message.role == "system") {
      const bool is_first = !json.contains("system");
      json["system"] =
          is_first ? message.content : json["system"].get<std::string>() + "\n\n" + message.content;
    } else {
      json["messages"].push_back(message_json(message));
    }
  }
  for (const Tool& tool : request.tools) {
    json["tools"].push_back({{"name", tool.name},
                             {"description", tool.description},
                             {"input_schema", parse_given(tool.parameters_json, "parameters_json")}});
  }
  if (!request.tool_choice.empty()) json["tool_choice"] = tool_choice_json(request.tool_choice);
  set_if(json, "temperature", request.temperature);
  set_if(json, "top_p", request.top_p);
  if (!request.stop_sequences.empty()) json["stop_sequences"] = request.stop_sequences;
  if (!request.response_schema_json.empty()) {
    json["output_format"] = {{"type", "json_schema"},
                             {"schema", parse_given(request.response_schema_json, "response_schema_json")}};
  }
  if (stream) json["stream"] = true;
  merge_extra(json, request);
  return json;
}

/// Merges what one event of a stream, or a whole answer, says of the usage. The convention's input tokens
/// include those of the cache, which Anthropic counts apart.
class UsageReader {
 public:
  void take(const Json& json) {
    const auto merge = [&](std::optional<std::int64_t>& into, const char* key) {
      if (const auto value = number(json, key)) into = value;
    };
    merge(input_, "input_tokens");
    merge(usage_.output_tokens, "output_tokens");
    merge(usage_.cache_read_input_tokens, "cache_read_input_tokens");
    merge(usage_.cache_write_input_tokens, "cache_creation_input_tokens");
  }
  [[nodiscard]] Usage usage() const {
    Usage usage = usage_;
    if (input_) {
      usage.input_tokens =
          *input_ + usage_.cache_read_input_tokens.value_or(0) + usage_.cache_write_input_tokens.value_or(0);
    }
    return usage;
  }

 private:
  std::optional<std::int64_t> input_;
  Usage usage_;
};

class AnthropicStreamDecoder final : public StreamDecoder {
 public:
  Result<bool> take(std::string_view data, const std::function<void(const ChatChunk&)>& on_chunk) override {
    const Json json = parse(data);
    if (json.is_discarded()) return invalid_response("an event of the stream is no JSON");
    const std::string type = text(json, "type");
    if (type == "error") return error_in(json).value_or(invalid_response("an error that says nothing"));
    if (type == "message_start") {
      const Json& message = member(json, "message");
      response_.id = text(message, "id");
      response_.model = text(message, "model");
      take_usage(member(message, "usage"));
    } else if (type == "content_block_start") {
      start_block(json);
    } else if (type == "content_block_delta") {
      take_delta(json, on_chunk);
    } else if (type == "message_delta") {
      const std::string reason = text(member(json, "delta"), "stop_reason");
      if (!reason.empty()) choice(0).finish_reason = finish_reason(reason);
      take_usage(member(json, "usage"));
    } else if (type == "message_stop") {
      static_cast<void>(choice(0));
      is_complete_ = true;
    }
    return true;
  }

 private:
  void take_usage(const Json& json) {
    usage_.take(json);
    response_.usage = usage_.usage();
  }

  void start_block(const Json& json) {
    const Json& block = member(json, "content_block");
    if (text(block, "type") != "tool_use") return;
    ChatChoice& only = choice(0);
    const std::size_t index = only.message.tool_calls.size();
    ToolCall& call = tool_call(only, index);
    call.id = text(block, "id");
    call.name = text(block, "name");
    tool_of_block_[number(json, "index").value_or(0)] = index;
  }

  void take_delta(const Json& json, const std::function<void(const ChatChunk&)>& on_chunk) {
    const Json& delta = member(json, "delta");
    ChatChoice& only = choice(0);
    if (text(delta, "type") == "input_json_delta") {
      const auto found = tool_of_block_.find(number(json, "index").value_or(0));
      if (found != tool_of_block_.end())
        tool_call(only, found->second).arguments += text(delta, "partial_json");
      return;
    }
    const ChatChunk chunk{.text = text(delta, "text"), .reasoning = text(delta, "thinking")};
    only.message.content += chunk.text;
    only.message.reasoning += chunk.reasoning;
    if (!chunk.text.empty() || !chunk.reasoning.empty()) on_chunk(chunk);
  }

  UsageReader usage_;
  std::map<std::int64_t, std::size_t> tool_of_block_;
};

class AnthropicDialect final : public Dialect {
 public:
  [[nodiscard]] std::string_view provider() const noexcept override { return provider::anthropic; }
  [[nodiscard]] transport::HttpHeaders headers(const std::string& api_key) const override {
    transport::HttpHeaders headers = {{"anthropic-version", "2023-06-01"}};
    if (!api_key.empty()) headers.emplace_back("x-api-key", api_key);
    return headers;
  }
  [[nodiscard]] Expected<ApiRequest> chat_request(const ChatRequest& request, bool stream) const override {
    return build_request([&] { return ApiRequest{"/messages", dump(request_json(request, stream))}; });
  }

  [[nodiscard]] Result<ChatResponse> read_chat(const std::string& body) const override {
    const Json json = parse(body);
    if (json.is_discarded()) return invalid_response("it is no JSON");
    if (auto error = error_in(json)) return *std::move(error);
    if (!member(json, "content").is_array()) return invalid_response("it has no content");
    ChatResponse response{.id = text(json, "id"), .model = text(json, "model"), .json = body};
    ChatChoice& choice = response.choices.emplace_back();
    choice.message.role = "assistant";
    choice.finish_reason = finish_reason(text(json, "stop_reason"));
    for (const Json& block : json["content"]) {
      choice.message.content += text(block, "text");
      choice.message.reasoning += text(block, "thinking");
      if (text(block, "type") != "tool_use") continue;
      choice.message.tool_calls.push_back(
          {text(block, "id"), text(block, "name"), dump(member(block, "input"))});
    }
    UsageReader usage;
    usage.take(member(json, "usage"));
    response.usage = usage.usage();
    return response;
  }

  [[nodiscard]] std::unique_ptr<StreamDecoder> stream_decoder() const override {
    return std::make_unique<AnthropicStreamDecoder>();
  }
};

}  // namespace

std::unique_ptr<Dialect> make_anthropic_dialect() { return std::make_unique<AnthropicDialect>(); }

}  // namespace sonde::genai::detail
