#pragma once

// What a person, a judge model or a test thinks of an answer: an event that belongs to the span it judges,
// and may come much later and from another process.
//
// Source: semantic-conventions-genai, event gen_ai.evaluation.result.

#include <optional>
#include <string_view>

#include "sonde/genai/instrumentation.hpp"
#include "sonde/span_context.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct Evaluation {
  std::string_view name = {};  ///< Required: relevance, user_feedback, ...
  std::optional<double> score = {};
  std::string_view label = {};  ///< pass, fail, relevant, ...
  std::string_view explanation = {};
  std::string_view response_id = {};  ///< For when the span is not known.
  std::string_view error_type = {};   ///< The evaluation itself failed.
  Attributes attributes = {};
};

/// Attaches a result to a span, which may have ended long ago. Thread-safe; neither blocks nor throws.
void record_evaluation(const SpanContext& evaluated, const Evaluation& evaluation,
                       const Instrumentation& instrumentation = Instrumentation::global()) noexcept;

}  // namespace sonde::genai
