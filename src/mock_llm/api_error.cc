#include "mock_llm/api_error.h"

#include <string_view>

#include "base/json_writer.h"

namespace sonde::mock_llm {
namespace {

void string_or_null(base::JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.string(text);
  }
}

}  // namespace

std::string to_json(const ApiError& error) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("error").begin_object();
  json.key("message").string(error.message);
  json.key("type").string(error.type);
  string_or_null(json, "param", error.param);
  string_or_null(json, "code", error.code);
  json.end_object();
  json.end_object();
  return out;
}

}  // namespace sonde::mock_llm
