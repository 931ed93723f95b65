#include "genai/clients/dialect_json.h"

#include <algorithm>
#include <limits>

namespace sonde::genai::detail {
namespace {

/// A stream that numbers its choices or tool calls higher is broken.
constexpr std::size_t most_items = 128;

constexpr std::size_t most_depth = 100;

bool is_too_deep(std::string_view json) noexcept {
  std::size_t depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_in_string) {
      if (c == '\\') ++i;
      if (c == '"') is_in_string = false;
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > most_depth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

template <class Item>
Item& item_at(std::vector<Item>& items, std::size_t index) {
  index = std::min(index, most_items - 1);
  if (index >= items.size()) items.resize(index + 1);
  return items[index];
}

}  // namespace

ChatChoice& StreamDecoder::choice(std::size_t index) {
  ChatChoice& found = item_at(response_.choices, index);
  found.message.role = "assistant";
  return found;
}

ToolCall& StreamDecoder::tool_call(ChatChoice& choice, std::size_t index) {
  return item_at(choice.message.tool_calls, index);
}

Expected<ApiRequest> Dialect::embeddings_request(const EmbeddingsInput& /*input*/) const {
  return Error{ErrorCode::unimplemented, "the API of " + std::string(provider()) + " has no embeddings"};
}

Result<EmbeddingsResponse> Dialect::read_embeddings(const std::string& /*body*/) const {
  return invalid_response("there are no embeddings");
}

ApiError Dialect::read_error(unsigned status, const std::string& body) const {
  const std::string code = std::to_string(status);
  ApiError error = error_in(parse(body), code).value_or(ApiError{.type = code});
  error.status = status;
  if (error.message.empty()) error.message = "the provider answered with status " + std::to_string(status);
  return error;
}

Json parse(std::string_view text) {
  return is_too_deep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

const Json& member(const Json& json, const char* key) {
  static const auto* const none = new Json;  // outlives every static destructor
  if (!json.is_object()) return *none;
  const auto found = json.find(key);
  return found == json.end() ? *none : *found;
}

const Json& list(const Json& json, const char* key) {
  static const auto* const none = new Json(Json::array());  // outlives every static destructor
  const Json& value = member(json, key);
  return value.is_array() ? value : *none;
}

std::string text(const Json& json, const char* key) {
  const Json& value = member(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<std::int64_t> number(const Json& json, const char* key) {
  const Json& value = member(json, key);
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) return std::nullopt;
  return value.get<std::int64_t>();
}

bool add_embedding(const Json& numbers, EmbeddingsResponse& response) {
  std::vector<float>& vector = response.vectors.emplace_back();
  vector.reserve(numbers.size());
  for (const Json& each : numbers) {
    if (!each.is_number()) return false;
    vector.push_back(each.get<float>());
  }
  return true;
}

Json parse_given(const std::string& text, const char* name) {
  Json json = parse(text);
  if (!json.is_object())
    throw InvalidRequest{std::string(name) + " is no JSON object: " + text.substr(0, 100)};
  return json;
}

void merge_extra(Json& json, const ChatRequest& request) {
  if (!request.extra_json.empty()) json.update(parse_given(request.extra_json, "extra_json"));
}

ApiError invalid_response(std::string_view what) {
  return {.type = "invalid_response",
          .message = "the provider's answer is not what its API promises: " + std::string(what)};
}

std::optional<ApiError> error_in(const Json& json, std::string_view other_type) {
  const Json& error = member(json, "error");
  if (error.is_string()) {
    return ApiError{.type = std::string(other_type), .message = error.get<std::string>()};
  }
  if (!error.is_object()) return std::nullopt;
  std::string type = text(error, "code");
  if (type.empty()) type = text(error, "type");
  if (type.empty()) type = other_type;
  return ApiError{.type = std::move(type), .message = text(error, "message")};
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace sonde::genai::detail
