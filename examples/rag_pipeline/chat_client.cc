#include "chat_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

namespace rag {
namespace {

using Json = nlohmann::json;
using sonde::AttributeValue;

std::string environment(const char* name, std::string otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::move(otherwise) : value;
}

/// A part of a URL, such as its host; empty if it has none.
std::string url_part(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parser(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  if (curl_url_set(parser.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parser.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) {
    return {};
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

std::size_t append_to_string(char* data, std::size_t /*one*/, std::size_t size, void* string) {
  static_cast<std::string*>(string)->append(data, size);
  return size;
}

/// Messages as the conventions' structured value: [{role, parts: [{type: "text", content}]}].
void set_messages(sonde::Span& span, std::string_view key, const std::vector<ChatMessage>& messages) {
  struct Storage {  // attribute values are views: what they show must live until set_attribute() returns
    std::array<sonde::Attribute, 2> part;
    std::array<AttributeValue, 1> parts;
    std::array<sonde::Attribute, 2> message;
  };
  std::vector<Storage> storage(messages.size());
  std::vector<AttributeValue> values;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    Storage& at = storage[i];
    at.part = {{{"type", "text"}, {"content", messages[i].content}}};
    at.parts = {AttributeValue::map(at.part)};
    at.message = {{{"role", messages[i].role}, {"parts", AttributeValue::array(at.parts)}}};
    values.push_back(AttributeValue::map(at.message));
  }
  span.set_attribute(key, AttributeValue::array(values));
}

std::string request_body(const ChatOptions& options, const std::vector<ChatMessage>& messages) {
  Json body = {{"model", options.model},
               {"temperature", options.temperature},
               {"max_tokens", options.max_tokens},
               {"messages", Json::array()}};
  for (const ChatMessage& message : messages) {
    body["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);  // documents need not be UTF-8
}

/// What the answer says about itself: ids, finish reasons, tokens.
void record_response(sonde::Span& span, const Json& response) {
  span.set_attribute("gen_ai.response.id", response.value("id", ""));
  span.set_attribute("gen_ai.response.model", response.value("model", ""));
  std::vector<std::string_view> finish_reasons;
  for (const Json& choice : response.at("choices")) {
    finish_reasons.push_back(choice.at("finish_reason").get_ref<const std::string&>());
  }
  span.set_attribute("gen_ai.response.finish_reasons", AttributeValue::strings(finish_reasons));
  const Json usage = response.value("usage", Json::object());
  if (usage.empty()) return;
  span.set_attribute("gen_ai.usage.input_tokens", usage.value("prompt_tokens", 0));
  span.set_attribute("gen_ai.usage.output_tokens", usage.value("completion_tokens", 0));
  span.add_event("Response received", {{"total_tokens", usage.value("total_tokens", 0)}});
}

/// The message of an error answer, which OpenAI and those who imitate it send as {"error": {"message": ...}}.
std::string error_message(const std::string& body, long status) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto pointer = Json::json_pointer("/error/message");
  if (json.is_object() && json.contains(pointer) && json[pointer].is_string()) return json[pointer];
  return "the model's server answered with status " + std::to_string(status);
}

}  // namespace

ChatOptions chat_options_from_environment() {
  ChatOptions options;
  options.base_url = environment("OPENAI_BASE_URL", options.base_url);
  options.api_key = environment("OPENAI_API_KEY", "");
  options.model = environment("OPENAI_MODEL", options.model);
  std::string capture = environment("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "");
  std::ranges::transform(capture, capture.begin(), [](unsigned char c) { return std::tolower(c); });
  options.capture_content = capture == "true" || capture == "span_only" || capture == "span_and_event";
  return options;
}

ChatClient::ChatClient(ChatOptions options)
    : options_(std::move(options)),
      server_address_(url_part(options_.base_url, CURLUPART_HOST)),
      server_port_(std::atoi(url_part(options_.base_url, CURLUPART_PORT).c_str())),
      tracer_(sonde::get_tracer("rag_pipeline.chat_client", "0.1.0")) {}

std::string ChatClient::complete(const std::vector<ChatMessage>& messages) const {
  // What is known before the call is set at the start, where samplers can see it.
  auto span = tracer_.start_as_current_span("chat " + options_.model,
                                            {.kind = sonde::SpanKind::client,
                                             .attributes = {{"gen_ai.operation.name", "chat"},
                                                            {"gen_ai.provider.name", "openai"},
                                                            {"gen_ai.request.model", options_.model},
                                                            {"server.address", server_address_},
                                                            {"server.port", server_port_}}});
  span.set_attribute("gen_ai.request.temperature", options_.temperature);
  span.set_attribute("gen_ai.request.max_tokens", options_.max_tokens);
  if (options_.capture_content) set_messages(span, "gen_ai.input.messages", messages);
  try {
    span.add_event("Sending request", {{"message_count", messages.size()}});
    const std::string body = post(request_body(options_, messages), sonde::traceparent(span.context()));
    const Json response = Json::parse(body);
    record_response(span, response);
    std::string answer = response.at("choices").at(0).at("message").at("content");
    if (options_.capture_content) set_messages(span, "gen_ai.output.messages", {{"assistant", answer}});
    return answer;
  } catch (const ChatError& error) {
    span.set_attribute("error.type", error.type());
    span.record_exception(error);
    span.set_status(sonde::StatusCode::error, error.what());
    throw;
  } catch (const Json::exception& error) {
    span.set_attribute("error.type", "invalid_response");
    span.record_exception(error);
    span.set_status(sonde::StatusCode::error, "the answer is not a chat completion");
    throw ChatError("invalid_response", "the answer of " + options_.base_url + " is not a chat completion");
  }
}

std::string ChatClient::post(const std::string& body, const std::string& traceparent) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!options_.api_key.empty())
    list = curl_slist_append(list, ("Authorization: Bearer " + options_.api_key).c_str());
  if (!traceparent.empty()) list = curl_slist_append(list, ("traceparent: " + traceparent).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, &curl_slist_free_all);
  const std::string url = options_.base_url + "/chat/completions";
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &append_to_string);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  const CURLcode result = curl_easy_perform(curl.get());
  if (result != CURLE_OK) {
    throw ChatError(result == CURLE_OPERATION_TIMEDOUT ? "timeout" : "connection_failed",
                    "calling " + url + " failed: " + curl_easy_strerror(result));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) throw ChatError(std::to_string(status), error_message(answer, status));
  return answer;
}

}  // namespace rag
