#include "mock_llm/mock_llm.h"

#include <ctime>
#include <string_view>
#include <utility>
#include <variant>

#include "base/json_writer.h"
#include "mock_llm/completion.h"
#include "mock_llm/embedding.h"
#include "mock_llm/requests.h"

namespace sonde::mock_llm {
namespace {

constexpr std::string_view models_path = "/v1/models";
constexpr std::string_view chat_path = "/v1/chat/completions";
constexpr std::string_view embeddings_path = "/v1/embeddings";

Reply json_reply(std::string body, unsigned status = 200) {
  Reply reply;
  reply.response = {status, {{"Content-Type", "application/json"}}, std::move(body)};
  return reply;
}

Reply error_reply(const ApiError& error) { return json_reply(to_json(error), error.status); }

void write_model(base::JsonWriter& json, std::string_view id) {
  constexpr std::int64_t created = 1'767'225'600;  // 2026-01-01, so that the answer is always the same
  json.begin_object();
  json.key("id").string(id);
  json.key("object").string("model");
  json.key("created").integer(created);
  json.key("owned_by").string("sonde mock-llm");
  json.end_object();
}

Reply list_models() {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("object").string("list");
  json.key("data").begin_array();
  write_model(json, chat_model);
  write_model(json, embedding_model);
  json.end_array();
  json.end_object();
  return json_reply(std::move(body));
}

Reply show_model(std::string_view id) {
  if (id != chat_model && id != embedding_model) {
    return error_reply({.status = 404,
                        .message = "The model '" + std::string(id) + "' does not exist; mock-llm lists '" +
                                   std::string(chat_model) + "' and '" + std::string(embedding_model) +
                                   "' and answers requests for any other in their place.",
                        .param = "model",
                        .code = "model_not_found"});
  }
  std::string body;
  base::JsonWriter json(body);
  write_model(json, id);
  return json_reply(std::move(body));
}

Reply unknown_path(const transport::HttpRequest& request, std::string_view path) {
  const bool known = path == models_path || path == chat_path || path == embeddings_path;
  return error_reply({.status = known ? 405u : 404u,
                      .message = "There is no " + request.method + " " + std::string(path) +
                                 "; mock-llm serves POST /v1/chat/completions, POST /v1/embeddings and GET "
                                 "/v1/models.",
                      .code = known ? "method_not_supported" : "unknown_url"});
}

/// What the real service says with this status.
ApiError injected_error(unsigned status) {
  ApiError error{
      .status = status, .type = "server_error", .message = "An error that mock-llm was asked to make."};
  if (status == 429) {
    error.type = "requests";
    error.code = "rate_limit_exceeded";
  } else if (status < 500) {
    error.type = "invalid_request_error";
  }
  return error;
}

}  // namespace

Reply MockLlm::reply(const transport::HttpRequest& request) {
  Reply reply = route(request);
  reply.response.headers.emplace_back("x-request-id", "req_mock_" + std::to_string(next_id_++));
  return reply;
}

Reply MockLlm::route(const transport::HttpRequest& request) {
  const std::string path = transport::target_path(request.target);
  if (!is_authorised(request)) {
    return error_reply({.status = 401,
                        .message =
                            "The API key is missing or wrong; send the one mock-llm was started with as "
                            "'Authorization: Bearer KEY'.",
                        .code = "invalid_api_key"});
  }
  if (request.method == "GET" && path == models_path) return list_models();
  if (request.method == "GET" && path.starts_with("/v1/models/")) {
    return show_model(std::string_view(path).substr(models_path.size() + 1));
  }
  const bool is_chat = request.method == "POST" && path == chat_path;
  if (!is_chat && (request.method != "POST" || path != embeddings_path)) return unknown_path(request, path);
  if (fails_by_injection()) {
    Reply reply = error_reply(injected_error(options_.error_status));
    if (options_.error_status == 429 || options_.error_status == 503) {
      reply.response.headers.emplace_back("Retry-After", "1");
    }
    return reply;
  }
  return is_chat ? chat(request.body) : embeddings(request.body);
}

Reply MockLlm::chat(const std::string& body) {
  const auto parsed = parse_chat_request(body);
  if (const auto* const error = std::get_if<ApiError>(&parsed)) return error_reply(*error);
  const auto& request = std::get<ChatRequest>(parsed);
  const Completion completion =
      complete(request, "chatcmpl-mock-" + std::to_string(next_id_++), std::time(nullptr));
  if (!request.stream) {
    Reply reply = json_reply(to_json(completion));
    reply.delay = options_.latency + options_.latency_per_token * completion.answer_tokens;
    return reply;
  }
  Reply reply;
  reply.response.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  reply.events = to_events(completion, request.include_usage);
  reply.delay = options_.latency;
  reply.event_interval = options_.latency_per_token;
  return reply;
}

Reply MockLlm::embeddings(const std::string& body) {
  const auto parsed = parse_embedding_request(body);
  if (const auto* const error = std::get_if<ApiError>(&parsed)) return error_reply(*error);
  Reply reply = json_reply(embeddings_json(std::get<EmbeddingRequest>(parsed)));
  reply.delay = options_.latency;
  return reply;
}

bool MockLlm::is_authorised(const transport::HttpRequest& request) const {
  return options_.api_key.empty() ||
         transport::header(request.headers, "Authorization") == "Bearer " + options_.api_key;
}

bool MockLlm::fails_by_injection() {
  const std::scoped_lock lock(mutex_);
  owed_errors_ += options_.error_rate;
  constexpr double rounding = 1e-9;  // ten times 0.1 is a little less than 1
  if (owed_errors_ < 1 - rounding) return false;
  owed_errors_ -= 1;
  return true;
}

}  // namespace sonde::mock_llm
