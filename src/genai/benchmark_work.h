#pragma once

// What the GenAI layer's benchmarks time and the guards in tests/guards count: one place, so that both speak
// of the same. Spans and metrics go to global providers at work.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sdk/benchmark_work.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai::benchmarks {

/// Global tracing and metrics at work, and an instrumentation that records through them.
class Recording {
 public:
  explicit Recording(ContentCapture capture = ContentCapture::none)
      : instrumentation({.capture = capture, .profiles = Profiles{}}) {
    tracing.set_as_global();
    measuring_.set_as_global();
  }

  void flush() noexcept { tracing.flush(); }

  sonde::benchmarks::Tracing tracing;

 private:
  sonde::benchmarks::Measuring measuring_;

 public:
  const Instrumentation instrumentation;
};

inline constexpr std::string_view stop_reason[] = {"stop"};

inline Inference start_chat(const Instrumentation& instrumentation) {
  return Inference({.provider = provider::openai,
                    .model = "gpt-4o-mini",
                    .server_address = "api.openai.com",
                    .server_port = 443,
                    .max_tokens = 1024,
                    .temperature = 0.7,
                    .top_p = 0.9,
                    .frequency_penalty = 0.1,
                    .presence_penalty = 0.2,
                    .stop_sequences = stop_reason},
                   instrumentation);
}

inline InferenceResponse chat_response() noexcept {
  return {.id = "chatcmpl-8WYkqLzKpJ",
          .model = "gpt-4o-mini-2024-07-18",
          .finish_reasons = stop_reason,
          .usage = {.input_tokens = 1234,
                    .output_tokens = 567,
                    .cache_read_input_tokens = 1024,
                    .reasoning_output_tokens = 128}};
}

/// A call of a model with every attribute that the convention recommends, and its metrics.
inline void chat(const Recording& recording) {
  Inference inference = start_chat(recording.instrumentation);
  inference.set_response(chat_response());
}

/// Ten messages of a kilobyte each: what went in.
inline const std::array<std::string, 10>& messages() {
  static const auto* const texts = [] {
    auto* const made = new std::array<std::string, 10>;
    for (std::size_t i = 0; i < made->size(); ++i) (*made)[i].assign(1024, static_cast<char>('a' + i));
    return made;
  }();
  return *texts;
}

/// The same with what was said, where the instrumentation captures it.
inline void chat_with_content(const Recording& recording) {
  Inference inference = start_chat(recording.instrumentation);
  inference.record_input([](Messages& list) {
    for (const std::string& text : messages()) list.add("user").text(text);
  });
  inference.set_response(chat_response());
}

}  // namespace sonde::genai::benchmarks
