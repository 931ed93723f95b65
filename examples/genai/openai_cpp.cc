// Another library's client, wrapped: openai-cpp takes and gives JSON and throws. The same few lines serve any
// client that does.

#include <sonde/genai/inference.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "openai_cpp_stand_in.h"

namespace {

namespace genai = sonde::genai;
using openai::Json;

template <class T>
std::optional<T> optional_of(const Json& object, const char* key) {
  return object.contains(key) ? std::optional<T>(object[key]) : std::nullopt;
}

void describe(const Json& message, genai::Messages& messages) {
  messages.add(message["role"].get_ref<const std::string&>())
      .text(message["content"].get_ref<const std::string&>());
}

/// What openai::chat().create() does, recorded.
Json traced_create(const Json& request) {
  genai::Inference chat({.provider = genai::provider::openai,
                         .model = request["model"].get_ref<const std::string&>(),
                         .max_tokens = optional_of<std::int64_t>(request, "max_tokens"),
                         .temperature = optional_of<double>(request, "temperature")});
  chat.record_input([&](genai::Messages& messages) {
    for (const Json& message : request["messages"]) describe(message, messages);
  });
  Json response = chat.run([&] { return openai::chat().create(request); });
  std::vector<std::string_view> reasons;
  for (const Json& choice : response["choices"]) {
    reasons.push_back(choice["finish_reason"].get_ref<const std::string&>());
  }
  const Json usage = response.value("usage", Json::object());
  chat.set_response({.id = response["id"].get_ref<const std::string&>(),
                     .model = response["model"].get_ref<const std::string&>(),
                     .finish_reasons = reasons,
                     .usage = {.input_tokens = optional_of<std::int64_t>(usage, "prompt_tokens"),
                               .output_tokens = optional_of<std::int64_t>(usage, "completion_tokens")}});
  chat.record_output([&](genai::Messages& messages) {
    for (const Json& choice : response["choices"]) describe(choice["message"], messages);
  });
  return response;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "openai-cpp"});
  auto span = sonde::get_tracer("example").start_as_current_span("request");
  const Json response = traced_create({{"model", "gpt-4o-mini"},
                                       {"temperature", 0.5},
                                       {"messages", {{{"role", "user"}, {"content", "What is a span?"}}}}});
  std::printf("%s\n", response["choices"][0]["message"]["content"].get<std::string>().c_str());
  try {
    traced_create({{"model", "gpt-4o-mini"}, {"messages", Json::array()}});
  } catch (const std::exception& error) {
    std::printf("refused: %s\n", error.what());
  }
}
