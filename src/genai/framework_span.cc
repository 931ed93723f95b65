#include "genai/framework_span.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "genai/clients/recorded_chat.h"
#include "genai/framework_answer.h"
#include "genai/framework_mapping.h"
#include "genai/instrumentation_state.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

/// Set on spans whose end the framework never told.
constexpr std::string_view abandoned = "sonde.span.abandoned";

std::string_view first_of(std::initializer_list<std::string_view> texts) noexcept {
  for (const std::string_view text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

std::optional<std::int64_t> number_of(Attributes map, std::string_view key) noexcept {
  const AttributeValue value = member_of(map, key);
  if (value.type() != AttributeValue::Type::integer) return std::nullopt;
  return value.as_integer();
}

std::optional<double> floating_of(Attributes map, std::string_view key) noexcept {
  const AttributeValue value = member_of(map, key);
  if (value.type() == AttributeValue::Type::floating) return value.as_floating();
  return number_of(map, key);
}

Inference start_inference(std::string_view provider, std::string_view model, std::string_view operation,
                          Attributes arguments, const Instrumentation& instrumentation) {
  Inference inference({.provider = provider,
                       .model = model,
                       .operation = operation,
                       .max_tokens = number_of(arguments, "max_tokens"),
                       .temperature = floating_of(arguments, "temperature")},
                      instrumentation);
  if (tells_input(arguments)) {
    inference.record_input([&](Messages& messages) { describe_framework_input(arguments, messages); });
  }
  return inference;
}

Span start_plain(std::string_view framework, const FrameworkCall& call,
                 const Instrumentation& instrumentation) {
  std::string name(framework);
  for (const std::string_view part : {call.component, call.method}) {
    if (part.empty()) continue;
    if (!name.empty()) name += '.';
    name += part;
  }
  return instrumentation.state()->tracer.start_span(name);
}

/// Records the answer, and gives it to finish(response) in the operation's words; false if there is none.
template <class Finish>
bool with_answer(Inference& inference, const AttributeValue& result, Finish finish) {
  const auto response = framework_answer(result);
  if (!response) return false;
  record_output(inference, *response);
  const RecordedResponse recorded(*response);
  InferenceResponse known = recorded.recorded;
  // What a framework leaves out is not known; it is no sign of an error.
  if (response->choices.empty() || response->choices.front().finish_reason.empty()) known.finish_reasons = {};
  finish(known);
  return true;
}

void record_result(Span& /*span*/, const AttributeValue& /*result*/) {}
void record_result(Operation& /*operation*/, const AttributeValue& /*result*/) {}
void record_result(Inference& inference, const AttributeValue& result) {
  with_answer(inference, result,
              [&](const InferenceResponse& response) { inference.set_response(response); });
}
void record_result(InferenceStream& stream, const AttributeValue& result) {
  const bool is_finished = with_answer(stream.inference(), result,
                                       [&](const InferenceResponse& response) { stream.finish(response); });
  if (!is_finished) stream.cancel();
}
void record_result(Embeddings& embeddings, const AttributeValue& result) {
  if (result.type() != AttributeValue::Type::map) return;
  embeddings.set_response({}, {}, number_of(result.as_map(), "dimension_count"));
}
void record_result(Retrieval& retrieval, const AttributeValue& result) {
  const auto documents = framework_documents(result);
  if (!documents.empty()) retrieval.record_documents(documents);
}
void record_result(ToolExecution& tool, const AttributeValue& result) {
  if (result.type() != AttributeValue::Type::empty) tool.record_result(result);
}

}  // namespace

FrameworkSpan::FrameworkSpan(std::string_view framework, const FrameworkCall& call,
                             const Instrumentation& instrumentation)
    : span_(start(framework, call, instrumentation)) {}

FrameworkSpan::Any FrameworkSpan::start(std::string_view framework, const FrameworkCall& call,
                                        const Instrumentation& instrumentation) {
  const FrameworkOperation operation = framework_operation(call.component, call.method);
  const Attributes arguments = call.bound_arguments;
  const std::string_view model = first_of({text_of(arguments, "model"), text_of(arguments, "model_name")});
  const std::string_view provider =
      first_of({framework_provider(call.component), text_of(arguments, "provider"), framework});
  const std::string_view name = first_of({call.name, call.component});
  switch (operation) {
    case FrameworkOperation::chat:
      return start_inference(provider, model, operation::chat, arguments, instrumentation);
    case FrameworkOperation::text_completion:
      return start_inference(provider, model, operation::text_completion, arguments, instrumentation);
    case FrameworkOperation::embeddings:
      return Embeddings({.provider = provider, .model = model}, instrumentation);
    case FrameworkOperation::retrieval:
      return Retrieval({.data_source_id = name,
                        .top_k = number_of(arguments, "top_k"),
                        .query = first_of({text_of(arguments, "query"), text_of(arguments, "query_str")})},
                       instrumentation);
    case FrameworkOperation::tool:
      return ToolExecution({.name = name, .arguments = AttributeValue::map(arguments)}, instrumentation);
    case FrameworkOperation::agent: return AgentInvocation({.name = name}, instrumentation);
    case FrameworkOperation::workflow: return WorkflowInvocation(name, {}, {}, instrumentation);
    case FrameworkOperation::none: break;
  }
  return start_plain(framework, call, instrumentation);
}

template <class Visit>
void FrameworkSpan::on_span(Visit visit) {
  std::visit(
      [&](auto& each) {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, InferenceStream>) {
          visit(each.inference());
        } else {
          visit(each);
        }
      },
      span_);
}

Context FrameworkSpan::inside() {
  Context inside;
  on_span([&](auto& span) {
    if constexpr (std::is_same_v<std::decay_t<decltype(span)>, Span>) {
      inside = Context::current().set_span(span);
    } else {
      inside = span.inside();
    }
  });
  return inside;
}

void FrameworkSpan::on_chunk() {
  if (auto* const inference = std::get_if<Inference>(&span_)) {
    inference->set_attribute(attribute::request_stream, true);
    span_.emplace<InferenceStream>(Inference(std::move(*inference)));
  }
  if (auto* const stream = std::get_if<InferenceStream>(&span_)) stream->on_chunk();
}

void FrameworkSpan::add_event(std::string_view name, Attributes attributes) noexcept {
  on_span([&](auto& span) { span.add_event(name, attributes); });
}

void FrameworkSpan::end(const AttributeValue& result) {
  std::visit([&](auto& each) { record_result(each, result); }, span_);
  on_span([](auto& span) { span.end(); });
}

void FrameworkSpan::fail(std::string_view error_type, std::string_view message) noexcept {
  if (auto* const stream = std::get_if<InferenceStream>(&span_)) return stream->fail(error_type, message);
  on_span([&](auto& span) {
    if constexpr (std::is_same_v<std::decay_t<decltype(span)>, Span>) {
      span.set_attribute(attribute::error_type, error_type.empty() ? "_OTHER" : error_type);
      span.set_status(StatusCode::error, message);
    } else {
      span.fail(error_type, message);
    }
    span.end();
  });
}

void FrameworkSpan::abandon() noexcept {
  on_span([](auto& span) {
    span.set_attribute(abandoned, true);
    span.end();
  });
}

}  // namespace sonde::genai::detail
