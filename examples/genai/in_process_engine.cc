// A model in the program's own process, which calls back for each token: how llama.cpp, ONNX Runtime and most
// other engines are used as libraries.

#include <sonde/genai/stream.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace genai = sonde::genai;

/// Stands for an engine: what it takes, what it calls back with and what it returns are typical.
class Engine {
 public:
  struct Statistics {
    std::int64_t prompt_tokens = 0;
    std::int64_t generated_tokens = 0;
    bool reached_limit = false;
  };

  template <class OnToken>
  Statistics generate(std::string_view prompt, std::size_t max_tokens, OnToken on_token) {
    if (prompt.size() > context_size) throw std::length_error("the prompt does not fit into the context");
    constexpr std::array<std::string_view, 4> tokens = {"Spans", " have", " parents", "."};
    Statistics statistics{.prompt_tokens = static_cast<std::int64_t>(prompt.size() / 4)};
    for (const std::string_view token : tokens) {
      if (statistics.reached_limit = static_cast<std::size_t>(statistics.generated_tokens) == max_tokens;
          statistics.reached_limit || !on_token(token)) {
        break;
      }
      ++statistics.generated_tokens;
    }
    return statistics;
  }

 private:
  static constexpr std::size_t context_size = 100;
};

void generate(Engine& engine, const std::string& prompt, std::size_t max_tokens) {
  genai::InferenceStream stream(genai::Inference({.provider = "example_engine",
                                                  .model = "tiny",
                                                  .in_process = true,
                                                  .stream = true,
                                                  .max_tokens = static_cast<std::int64_t>(max_tokens)}));
  stream.inference().record_input([&](genai::Messages& messages) { messages.add("user").text(prompt); });
  const Engine::Statistics statistics = stream.inference().run([&] {
    return engine.generate(prompt, max_tokens, [&](std::string_view token) {
      stream.on_chunk();
      stream.append_text(token);
      std::printf("%.*s", static_cast<int>(token.size()), token.data());
      return true;
    });
  });
  std::printf("\n");
  const std::string_view reason = statistics.reached_limit ? "length" : "stop";
  stream.finish(
      {.finish_reasons = {{reason}},
       .usage = {.input_tokens = statistics.prompt_tokens, .output_tokens = statistics.generated_tokens}});
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "engine"});
  auto span = sonde::get_tracer("example").start_as_current_span("request");
  Engine engine;
  generate(engine, "What do spans have?", 100);
  generate(engine, "What do spans have?", 2);
  try {
    generate(engine, std::string(200, '?'), 100);
  } catch (const std::length_error& error) {
    std::printf("%s\n", error.what());  // and so says the span
  }
}
