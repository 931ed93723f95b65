#pragma once

// What a span says about generative AI, whichever generation of the conventions it was written in: gen_ai.*
// of today and of 2024, and the llm.* names that hand-written tracers and OpenInference use.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "otlp/model.h"

namespace sonde::query {

/// Views into the span's batch; what the span does not say is empty.
struct GenAi {
  std::string_view operation;  ///< "chat", "embeddings", "invoke_agent", "execute_tool" and so on.
  std::string_view provider;
  std::string_view model;  ///< Of the response, or else of the request.
  std::optional<std::uint64_t> input_tokens;
  std::optional<std::uint64_t> output_tokens;
  std::vector<std::string_view> finish_reasons;

  /// Whether the span is a call of a model. Only such tokens may be added up: an agent's or a workflow's span
  /// repeats the sum of the calls beneath it.
  [[nodiscard]] bool is_model_call() const noexcept;
};

/// Nothing if the span has no attribute of that kind.
[[nodiscard]] std::optional<GenAi> read_gen_ai(const otlp::Span& span);

}  // namespace sonde::query
