#include "mock_llm/completion.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/json_writer.h"
#include "mock_llm/extract.h"
#include "mock_llm/schema.h"
#include "mock_llm/text.h"
#include "mock_llm/tools.h"

namespace sonde::mock_llm {
namespace {

constexpr std::size_t tokens_around_a_message = 3;
constexpr std::size_t tokens_before_the_answer = 3;

std::size_t count_tokens_of(const std::vector<ToolCall>& calls) {
  std::size_t tokens = 0;
  for (const ToolCall& call : calls) tokens += count_tokens(call.name) + count_tokens(call.arguments);
  return tokens;
}

/// The name of the tool that the call `id` went to.
std::string_view tool_name(const std::vector<Message>& messages, std::string_view id) {
  for (const Message& message : messages) {
    for (const ToolCall& call : message.tool_calls) {
      if (call.id == id) return call.name;
    }
  }
  return "unknown";  // not reached: parse_chat_request() has checked it
}

Answer answer_from_tool_results(const std::vector<Message>& messages) {
  auto first = messages.end();
  while (first != messages.begin() && std::prev(first)->role == Role::tool) --first;
  Answer answer{"(mock-llm: not a model; it repeats what the tools answered.)", {}};
  for (; first != messages.end(); ++first) {
    const std::string_view name = tool_name(messages, first->tool_call_id);
    answer.text.append(" ").append(name).append(": ").append(first->text);
    answer.sources.emplace_back(name);
  }
  return answer;
}

std::string to_json_object(const Answer& answer) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("model").string(chat_model);
  json.key("answer").string(answer.text);
  json.key("sources").begin_array();
  for (const std::string& source : answer.sources) json.string(source);
  json.end_array();
  json.end_object();
  return out;
}

std::string write_content(const ChatRequest& request) {
  const bool has_results = request.messages.back().role == Role::tool;
  const Answer answer =
      has_results ? answer_from_tool_results(request.messages) : answer_from_documents(request.messages);
  if (request.format == ResponseFormat::json_object) return to_json_object(answer);
  if (request.format == ResponseFormat::json_schema) {
    const Prompt prompt = read_prompt(request.messages);
    return fill_schema(request.schema, {.text = prompt.question, .answer = answer.text});
  }
  return answer.text;
}

/// Ends the text before the first of the stop sequences.
void apply_stop(const std::vector<std::string>& stops, std::string& content) {
  for (const std::string& stop : stops) {
    if (!stop.empty()) content.resize(std::min(content.size(), content.find(stop)));
  }
}

/// Cuts the answer to `limit` tokens, calls in order first; whether anything was cut.
bool apply_limit(std::size_t limit, Completion& completion) {
  if (count_tokens_of(completion.tool_calls) + count_tokens(completion.content) <= limit) return false;
  std::size_t left = limit;
  const auto keep = [&left](std::string& text) {
    text = std::string(first_tokens(text, left));
    left -= count_tokens(text);
  };
  for (ToolCall& call : completion.tool_calls) {
    keep(call.name);
    keep(call.arguments);
  }
  std::erase_if(completion.tool_calls, [](const ToolCall& call) { return call.name.empty(); });
  keep(completion.content);
  return true;
}

void write_tool_call(base::JsonWriter& json, const ToolCall& call, std::string_view arguments) {
  json.key("id").string(call.id);
  json.key("type").string("function");
  json.key("function").begin_object();
  json.key("name").string(call.name);
  json.key("arguments").string(arguments);
  json.end_object();
}

void write_head(base::JsonWriter& json, const Completion& completion, std::string_view object) {
  json.key("id").string(completion.id);
  json.key("object").string(object);
  json.key("created").integer(completion.created);
  json.key("model").string(chat_model);
  json.key("system_fingerprint").string("fp_sonde_mock_llm");
}

void write_usage(base::JsonWriter& json, const Completion& completion) {
  const std::size_t answer_tokens = completion.answer_tokens * completion.choices;
  json.key("usage").begin_object();
  json.key("prompt_tokens").unsigned_integer(completion.prompt_tokens);
  json.key("completion_tokens").unsigned_integer(answer_tokens);
  json.key("total_tokens").unsigned_integer(completion.prompt_tokens + answer_tokens);
  json.end_object();
}

void write_message(base::JsonWriter& json, const Completion& completion) {
  json.key("message").begin_object();
  json.key("role").string("assistant");
  json.key("content");
  if (completion.tool_calls.empty()) {
    json.string(completion.content);
  } else {
    json.null();
  }
  json.key("refusal").null();
  if (!completion.tool_calls.empty()) {
    json.key("tool_calls").begin_array();
    for (const ToolCall& call : completion.tool_calls) {
      json.begin_object();
      write_tool_call(json, call, call.arguments);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

/// Builds the events of one streamed answer.
class EventWriter {
 public:
  EventWriter(const Completion& completion, bool include_usage)
      : completion_(completion), include_usage_(include_usage) {}

  std::vector<std::string> write() {
    for (std::size_t choice = 0; choice < completion_.choices; ++choice) write_choice(choice);
    if (include_usage_) {
      add([&](base::JsonWriter& json) {
        json.key("choices").begin_array();
        json.end_array();
        write_usage(json, completion_);
      });
    }
    events_.emplace_back("data: [DONE]\n\n");
    return std::move(events_);
  }

 private:
  void write_choice(std::size_t choice) {
    add_delta(choice, {}, [&](base::JsonWriter& json) {
      json.key("role").string("assistant");
      json.key("content");
      if (completion_.tool_calls.empty()) {
        json.string("");
      } else {
        json.null();
      }
    });
    for (const std::string_view token : split_tokens(completion_.content)) {
      add_delta(choice, {}, [&](base::JsonWriter& json) { json.key("content").string(token); });
    }
    for (std::size_t i = 0; i < completion_.tool_calls.size(); ++i) write_call(choice, i);
    add_delta(choice, completion_.finish_reason, [](base::JsonWriter&) {});
  }

  void write_call(std::size_t choice, std::size_t index) {
    const ToolCall& call = completion_.tool_calls[index];
    const auto add_call = [&](auto&& write_rest) {
      add_delta(choice, {}, [&](base::JsonWriter& json) {
        json.key("tool_calls").begin_array();
        json.begin_object();
        json.key("index").unsigned_integer(index);
        write_rest(json);
        json.end_object();
        json.end_array();
      });
    };
    add_call([&](base::JsonWriter& json) { write_tool_call(json, call, ""); });
    for (const std::string_view token : split_tokens(call.arguments)) {
      add_call([&](base::JsonWriter& json) {
        json.key("function").begin_object();
        json.key("arguments").string(token);
        json.end_object();
      });
    }
  }

  void add_delta(std::size_t choice, std::string_view finish_reason, auto&& write_delta) {
    add([&](base::JsonWriter& json) {
      json.key("choices").begin_array();
      json.begin_object();
      json.key("index").unsigned_integer(choice);
      json.key("delta").begin_object();
      write_delta(json);
      json.end_object();
      json.key("logprobs").null();
      json.key("finish_reason");
      if (finish_reason.empty()) {
        json.null();
      } else {
        json.string(finish_reason);
      }
      json.end_object();
      json.end_array();
      if (include_usage_) json.key("usage").null();
    });
  }

  void add(auto&& write_body) {
    std::string& event = events_.emplace_back("data: ");
    base::JsonWriter json(event);
    json.begin_object();
    write_head(json, completion_, "chat.completion.chunk");
    write_body(json);
    json.end_object();
    event += "\n\n";
  }

  const Completion& completion_;
  bool include_usage_;
  std::vector<std::string> events_;
};

}  // namespace

Completion complete(const ChatRequest& request, std::string id, std::int64_t created) {
  Completion completion;
  completion.tool_calls = choose_tool_calls(request, id);
  completion.id = std::move(id);
  completion.created = created;
  completion.choices = request.choices;
  completion.prompt_tokens = count_prompt_tokens(request);
  completion.finish_reason = completion.tool_calls.empty() ? "stop" : "tool_calls";
  if (completion.tool_calls.empty()) {
    completion.content = write_content(request);
    apply_stop(request.stop, completion.content);
  }
  const std::size_t limit = request.max_tokens.value_or(std::numeric_limits<std::size_t>::max());
  if (apply_limit(limit, completion)) completion.finish_reason = "length";
  completion.answer_tokens = count_tokens_of(completion.tool_calls) + count_tokens(completion.content);
  return completion;
}

std::size_t count_prompt_tokens(const ChatRequest& request) {
  std::size_t tokens = tokens_before_the_answer;
  for (const Message& message : request.messages) {
    tokens += tokens_around_a_message + 1;  // every role's name is one token
    tokens += count_tokens(message.text) + count_tokens_of(message.tool_calls);
  }
  for (const Tool& tool : request.tools) {
    tokens += count_tokens(tool.name) + count_tokens(tool.description) + count_tokens(tool.parameters);
  }
  return tokens;
}

std::string to_json(const Completion& completion) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  write_head(json, completion, "chat.completion");
  json.key("choices").begin_array();
  for (std::size_t choice = 0; choice < completion.choices; ++choice) {
    json.begin_object();
    json.key("index").unsigned_integer(choice);
    write_message(json, completion);
    json.key("logprobs").null();
    json.key("finish_reason").string(completion.finish_reason);
    json.end_object();
  }
  json.end_array();
  write_usage(json, completion);
  json.end_object();
  return out;
}

std::vector<std::string> to_events(const Completion& completion, bool include_usage) {
  return EventWriter(completion, include_usage).write();
}

}  // namespace sonde::mock_llm
