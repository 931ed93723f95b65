#include "sonde/genai/evaluation.hpp"

#include "genai/attribute_list.h"
#include "genai/instrumentation_state.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai {
namespace {

/// As many attributes of the application's own as an event may have beside the convention's.
constexpr std::size_t most_attributes = 64;

}  // namespace

void record_evaluation(const SpanContext& evaluated, const Evaluation& evaluation,
                       const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<6 + most_attributes> list;
  list.add(attribute::evaluation_name, evaluation.name.empty() ? "_OTHER" : evaluation.name);
  list.add_if(attribute::evaluation_score_value, evaluation.score);
  list.add_if(attribute::evaluation_score_label, evaluation.label);
  list.add_if(attribute::evaluation_explanation, evaluation.explanation);
  list.add_if(attribute::response_id, evaluation.response_id);
  list.add_if(attribute::error_type, evaluation.error_type);
  for (const Attribute& own : evaluation.attributes) list.add(own.key, own.value);
  instrumentation.state()->logger.emit({.severity = Severity::info,
                                        .event_name = event::evaluation_result,
                                        .attributes = list,
                                        .context = evaluated});
}

}  // namespace sonde::genai
