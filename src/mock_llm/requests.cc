#include "mock_llm/requests.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_choices = 128;
constexpr std::size_t max_tools = 128;
constexpr std::size_t max_stops = 4;
constexpr std::size_t max_inputs = 2048;
constexpr std::size_t max_name_length = 64;

/// How a refusal leaves the parser; never leaves this file.
struct Refusal {
  ApiError error;
};

[[noreturn]] void refuse(std::string param, std::string message, std::string code = "invalid_value") {
  throw Refusal{{.message = std::move(message), .param = std::move(param), .code = std::move(code)}};
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

/// A JSON object with the path at which it stands in the request, for messages.
class Object {
 public:
  Object(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json.is_object()) refuse(path_, in_quotes(path_) + " must be an object.", "invalid_type");
  }

  [[nodiscard]] std::string path(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }

  /// The member, or null if it is absent or JSON's null, which mean the same here.
  [[nodiscard]] const Json* find(const char* key) const {
    const auto member = json_.find(key);
    return member == json_.end() || member->is_null() ? nullptr : &*member;
  }

  [[nodiscard]] const Json& required(const char* key) const {
    const Json* const member = find(key);
    if (member == nullptr) {
      refuse(path(key), "Missing required parameter: " + in_quotes(path(key)) + ".",
             "missing_required_parameter");
    }
    return *member;
  }

  [[nodiscard]] const std::string& required_string(const char* key) const {
    return as_string(required(key), path(key));
  }
  [[nodiscard]] std::string string(const char* key) const {
    const Json* const member = find(key);
    return member == nullptr ? std::string() : as_string(*member, path(key));
  }
  [[nodiscard]] bool boolean(const char* key, bool otherwise) const {
    const Json* const member = find(key);
    if (member == nullptr) return otherwise;
    if (!member->is_boolean())
      refuse(path(key), in_quotes(path(key)) + " must be true or false.", "invalid_type");
    return member->get<bool>();
  }
  [[nodiscard]] std::optional<std::size_t> integer(const char* key, std::int64_t low,
                                                   std::int64_t high) const {
    const Json* const member = find(key);
    if (member == nullptr) return std::nullopt;
    const std::string range = " from " + std::to_string(low) + " to " + std::to_string(high) + ".";
    if (!member->is_number_integer()) {
      refuse(path(key), in_quotes(path(key)) + " must be an integer" + range, "invalid_type");
    }
    const bool too_large =
        member->is_number_unsigned() && member->get<std::uint64_t>() > static_cast<std::uint64_t>(high);
    if (too_large || member->get<std::int64_t>() < low) {
      refuse(path(key), in_quotes(path(key)) + " must be" + range);
    }
    return static_cast<std::size_t>(member->get<std::int64_t>());
  }
  void check_number(const char* key, double low, double high) const {
    const Json* const member = find(key);
    if (member == nullptr) return;
    if (!member->is_number()) refuse(path(key), in_quotes(path(key)) + " must be a number.", "invalid_type");
    const auto value = member->get<double>();
    if (value < low || value > high) {
      refuse(path(key),
             in_quotes(path(key)) + " must be from " + Json(low).dump() + " to " + Json(high).dump() + ".");
    }
  }

  static const std::string& as_string(const Json& json, const std::string& path) {
    if (!json.is_string()) refuse(path, in_quotes(path) + " must be a string.", "invalid_type");
    return json.get_ref<const std::string&>();
  }

 private:
  const Json& json_;
  std::string path_;
};

std::string element(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

Json parse_json(std::string_view body) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= max_request_depth) too_deep = true;
    return !too_deep;
  };
  Json json = Json::parse(body, limit_depth, /*allow_exceptions=*/false);
  if (too_deep) {
    refuse("", "The body nests deeper than " + std::to_string(max_request_depth) + " levels.", "");
  }
  if (json.is_discarded()) refuse("", "The body is not valid JSON.", "");
  if (!json.is_object()) refuse("", "The body must be a JSON object.", "");
  return json;
}

void check_name(const std::string& name, const std::string& path) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > max_name_length || !std::ranges::all_of(name, allowed)) {
    refuse(path, in_quotes(path) + " must be 1 to 64 letters, digits, underscores or hyphens.");
  }
}

Role parse_role(const Object& message) {
  const std::string& name = message.required_string("role");
  if (name == "system" || name == "developer") return Role::system;
  if (name == "user") return Role::user;
  if (name == "assistant") return Role::assistant;
  if (name == "tool") return Role::tool;
  refuse(message.path("role"), in_quotes(message.path("role")) + " is " + in_quotes(name) +
                                   "; it must be system, developer, user, assistant or tool.");
}

std::string parse_content(const Json& content, const std::string& path) {
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) {
    refuse(path, in_quotes(path) + " must be a string or an array of parts.", "invalid_type");
  }
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const Object part(content[i], element(path, i));
    if (part.required_string("type") != "text") continue;
    if (!text.empty()) text += '\n';
    text += part.required_string("text");
  }
  return text;
}

std::vector<ToolCall> parse_tool_calls(const Json& list, const std::string& path) {
  if (!list.is_array()) refuse(path, in_quotes(path) + " must be an array.", "invalid_type");
  std::vector<ToolCall> calls;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Object call(list[i], element(path, i));
    const Object function(call.required("function"), call.path("function"));
    calls.push_back({call.required_string("id"), function.required_string("name"),
                     function.required_string("arguments")});
  }
  return calls;
}

Message parse_message(const Json& json, const std::string& path) {
  const Object object(json, path);
  Message message;
  message.role = parse_role(object);
  if (const Json* const calls = object.find("tool_calls");
      calls != nullptr && message.role == Role::assistant) {
    message.tool_calls = parse_tool_calls(*calls, object.path("tool_calls"));
  }
  if (message.role == Role::tool) message.tool_call_id = object.required_string("tool_call_id");
  const bool may_lack_content = message.role == Role::assistant;
  const Json* const content = may_lack_content ? object.find("content") : &object.required("content");
  if (content != nullptr) message.text = parse_content(*content, object.path("content"));
  return message;
}

/// Every result must answer a call that was made, and every call must be answered before the talk goes on.
void check_tool_results(const std::vector<Message>& messages) {
  std::set<std::string> unanswered;
  for (std::size_t i = 0; i <= messages.size(); ++i) {
    if (i < messages.size() && messages[i].role == Role::tool) {
      if (unanswered.erase(messages[i].tool_call_id) == 0) {
        refuse(element("messages", i) + ".tool_call_id",
               "'tool_call_id' " + in_quotes(messages[i].tool_call_id) +
                   " answers no tool call of the assistant message before it.");
      }
      continue;
    }
    if (!unanswered.empty()) {
      refuse(i < messages.size() ? element("messages", i) : "messages",
             "The tool call " + in_quotes(*unanswered.begin()) + " has no tool message that answers it.");
    }
    if (i == messages.size()) return;
    for (const ToolCall& call : messages[i].tool_calls) unanswered.insert(call.id);
  }
}

std::vector<Message> parse_messages(const Json& list) {
  if (!list.is_array() || list.empty()) {
    refuse("messages", "'messages' must be an array of at least one message.", "invalid_type");
  }
  std::vector<Message> messages;
  for (std::size_t i = 0; i < list.size(); ++i) {
    messages.push_back(parse_message(list[i], element("messages", i)));
  }
  check_tool_results(messages);
  return messages;
}

std::vector<Tool> parse_tools(const Json& list) {
  if (!list.is_array() || list.size() > max_tools) {
    refuse("tools", "'tools' must be an array of at most 128 tools.", "invalid_type");
  }
  std::vector<Tool> tools;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Object tool(list[i], element("tools", i));
    if (tool.required_string("type") != "function") {
      refuse(tool.path("type"), in_quotes(tool.path("type")) + " must be 'function'.");
    }
    const Object function(tool.required("function"), tool.path("function"));
    const std::string& name = function.required_string("name");
    check_name(name, function.path("name"));
    const Json* const parameters = function.find("parameters");
    if (parameters != nullptr) static_cast<void>(Object(*parameters, function.path("parameters")));
    tools.push_back(
        {name, function.string("description"), parameters == nullptr ? "{}" : parameters->dump()});
  }
  return tools;
}

void parse_tool_choice(const Json& choice, ChatRequest& request) {
  if (choice == "none") {
    request.tool_choice = ToolChoice::none;
  } else if (choice == "auto" || choice == "required") {
    request.tool_choice = choice == "auto" ? ToolChoice::automatic : ToolChoice::required;
  } else if (choice.is_object()) {
    const Object object(choice, "tool_choice");
    const Object function(object.required("function"), object.path("function"));
    request.tool_choice = ToolChoice::named;
    request.named_tool = function.required_string("name");
    if (std::ranges::find(request.tools, request.named_tool, &Tool::name) == request.tools.end()) {
      refuse("tool_choice.function.name",
             "'tool_choice' names the tool " + in_quotes(request.named_tool) + ", which is not in 'tools'.");
    }
  } else {
    refuse("tool_choice", "'tool_choice' must be 'none', 'auto', 'required' or name a function.");
  }
  if (request.tools.empty() && request.tool_choice != ToolChoice::none) {
    refuse("tool_choice", "'tool_choice' is only allowed when 'tools' are given.");
  }
}

void parse_response_format(const Json& json, ChatRequest& request) {
  const Object format(json, "response_format");
  const std::string& type = format.required_string("type");
  if (type == "json_object") {
    request.format = ResponseFormat::json_object;
    const auto mentions_json = [](const Message& m) {
      return to_lower(m.text).find("json") != std::string::npos;
    };
    if (std::ranges::none_of(request.messages, mentions_json)) {
      refuse("messages",
             "With 'response_format' of type 'json_object' a message must contain the word 'json'.", "");
    }
  } else if (type == "json_schema") {
    const Object description(format.required("json_schema"), format.path("json_schema"));
    check_name(description.required_string("name"), description.path("name"));
    const Json& schema = description.required("schema");
    static_cast<void>(Object(schema, description.path("schema")));
    request.format = ResponseFormat::json_schema;
    request.schema = schema.dump();
  } else if (type != "text") {
    refuse("response_format.type", "'response_format.type' must be 'text', 'json_object' or 'json_schema'.");
  }
}

std::vector<std::string> parse_stop(const Json& stop) {
  if (stop.is_string()) return {stop.get<std::string>()};
  if (!stop.is_array() || stop.size() > max_stops) {
    refuse("stop", "'stop' must be a string or an array of at most 4 strings.", "invalid_type");
  }
  std::vector<std::string> stops;
  for (std::size_t i = 0; i < stop.size(); ++i)
    stops.push_back(Object::as_string(stop[i], element("stop", i)));
  return stops;
}

void parse_output(const Object& body, ChatRequest& request) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  request.max_tokens = body.integer("max_completion_tokens", 1, most);
  if (const auto older = body.integer("max_tokens", 1, most); !request.max_tokens) request.max_tokens = older;
  request.choices = body.integer("n", 1, max_choices).value_or(1);
  if (const Json* const stop = body.find("stop")) request.stop = parse_stop(*stop);
  request.stream = body.boolean("stream", false);
  if (const Json* const options = body.find("stream_options")) {
    if (!request.stream) refuse("stream_options", "'stream_options' is only allowed when 'stream' is true.");
    request.include_usage = Object(*options, "stream_options").boolean("include_usage", false);
  }
}

void check_steering(const Object& body) {
  body.check_number("temperature", 0, 2);
  body.check_number("top_p", 0, 1);
  body.check_number("presence_penalty", -2, 2);
  body.check_number("frequency_penalty", -2, 2);
  const Json* const seed = body.find("seed");
  if (seed != nullptr && !seed->is_number_integer())
    refuse("seed", "'seed' must be an integer.", "invalid_type");
}

ChatRequest read_chat_request(const Object& body) {
  ChatRequest request;
  request.model = body.required_string("model");
  request.messages = parse_messages(body.required("messages"));
  if (const Json* const tools = body.find("tools")) request.tools = parse_tools(*tools);
  if (const Json* const choice = body.find("tool_choice")) parse_tool_choice(*choice, request);
  request.parallel_tool_calls = body.boolean("parallel_tool_calls", true);
  if (const Json* const format = body.find("response_format")) parse_response_format(*format, request);
  parse_output(body, request);
  check_steering(body);
  return request;
}

/// One text: as it is, or, from token numbers, the numbers as words.
std::string parse_input(const Json& input, const std::string& path) {
  if (input.is_string()) {
    if (input.get_ref<const std::string&>().empty()) refuse(path, in_quotes(path) + " must not be empty.");
    return input.get<std::string>();
  }
  const auto is_token = [](const Json& token) { return token.is_number_unsigned(); };
  if (!input.is_array() || input.empty() || !std::ranges::all_of(input, is_token)) {
    refuse(path, in_quotes(path) + " must be a string or an array of token numbers.", "invalid_type");
  }
  std::string text;
  for (const Json& token : input) text += std::to_string(token.get<std::uint64_t>()) + " ";
  return text;
}

std::vector<std::string> parse_inputs(const Json& input) {
  const bool is_list = input.is_array() && !input.empty() && !input[0].is_number();
  if (!is_list) return {parse_input(input, "input")};
  if (input.size() > max_inputs) {
    refuse("input", "'input' has " + std::to_string(input.size()) + " texts; at most 2048 are allowed.");
  }
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < input.size(); ++i) inputs.push_back(parse_input(input[i], element("input", i)));
  return inputs;
}

EmbeddingRequest read_embedding_request(const Object& body) {
  EmbeddingRequest request;
  request.model = body.required_string("model");
  request.inputs = parse_inputs(body.required("input"));
  request.dimensions = body.integer("dimensions", 1, max_dimensions).value_or(default_dimensions);
  const std::string format = body.string("encoding_format");
  if (format == "base64") {
    request.format = EncodingFormat::base64;
  } else if (!format.empty() && format != "float") {
    refuse("encoding_format", "'encoding_format' must be 'float' or 'base64'.");
  }
  return request;
}

template <class Request>
std::variant<Request, ApiError> parse(std::string_view body, Request (*read)(const Object&)) {
  try {
    const Json json = parse_json(body);
    return read(Object(json, ""));
  } catch (Refusal& refusal) {
    return std::move(refusal.error);
  }
}

}  // namespace

std::variant<ChatRequest, ApiError> parse_chat_request(std::string_view body) {
  return parse(body, read_chat_request);
}

std::variant<EmbeddingRequest, ApiError> parse_embedding_request(std::string_view body) {
  return parse(body, read_embedding_request);
}

}  // namespace sonde::mock_llm
