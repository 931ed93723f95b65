#pragma once

// What the dialects share about JSON: reading fields that may be missing or of another type, for a provider's
// answer is outside input, and the parts of requests that are JSON already.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "genai/clients/dialect.h"

namespace sonde::genai::detail {

using Json = nlohmann::ordered_json;

/// Discarded if the text is no JSON, or is nested deeper than 100: what walks through it may be recursive.
[[nodiscard]] Json parse(std::string_view text);

/// The member, or null if there is none or `json` is no object.
[[nodiscard]] const Json& member(const Json& json, const char* key);
/// The member if it is an array, else an empty one.
[[nodiscard]] const Json& list(const Json& json, const char* key);
/// A string member, or empty.
[[nodiscard]] std::string text(const Json& json, const char* key);
/// A whole number that is not negative, or nothing.
[[nodiscard]] std::optional<std::int64_t> number(const Json& json, const char* key);

/// Adds an embedding, the numbers of a JSON array, to the response. False if one of them is no number.
[[nodiscard]] bool add_embedding(const Json& numbers, EmbeddingsResponse& response);

/// The JSON in `text`, which the caller gave as `name`. Throws InvalidRequest if it is none.
struct InvalidRequest {
  std::string message;
};
[[nodiscard]] Json parse_given(const std::string& text, const char* name);

/// Sets `key` if there is a value.
template <class T>
void set_if(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

/// Adds the members of `request.extra_json`.
void merge_extra(Json& json, const ChatRequest& request);

/// Runs build(), which returns an ApiRequest and may throw InvalidRequest.
template <class Build>
[[nodiscard]] Expected<ApiRequest> build_request(Build build) {
  try {
    return build();
  } catch (const InvalidRequest& invalid) {
    return Error{ErrorCode::invalid_argument, invalid.message};
  }
}

/// The error of an answer that is not what the API promises.
[[nodiscard]] ApiError invalid_response(std::string_view what);

/// The provider's error in {"error": {"message", "code", "type"}} or {"error": "text"}, of that type if it
/// has none; empty if it is no error.
[[nodiscard]] std::optional<ApiError> error_in(const Json& json, std::string_view other_type = "_OTHER");

/// For requests: text may hold bytes that are no UTF-8, which JSON cannot.
[[nodiscard]] std::string dump(const Json& json);

}  // namespace sonde::genai::detail
