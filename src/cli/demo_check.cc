#include "cli/demo_check.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace sonde::cli {
namespace {

using Type = AttributeValue::Type;

/// Looks at one trace and writes down what it misses.
class DemoCheck {
 public:
  explicit DemoCheck(const otlp::TraceBatch& trace) : trace_(trace) {}

  std::vector<std::string> run() {
    const otlp::Span* const root = find("rag_pipeline", nullptr);
    const otlp::Span* const retrieval = find("retrieve_documents", root);
    const otlp::Span* const generation = find("generate_response", root);
    const otlp::Span* const chat = find("chat ", generation);
    if (!findings_.empty()) return std::move(findings_);
    find("retrieval passages", retrieval);
    find("POST", chat);
    check_status(*root, StatusCode::ok);
    check_events(*root,
                 {"Starting retrieval", "Retrieval complete", "Starting generation", "Generation complete"});
    check_positive(*retrieval, "doc_count");
    check_positive(*generation, "response_length");
    check_chat(*chat);
    if (root->resource->service_name != "rag-pipeline") {
      report(*root, "belongs to the service '" + std::string(root->resource->service_name) + "'");
    }
    return std::move(findings_);
  }

 private:
  /// The span of that name, or, if it ends with a space, whose name begins so; with that parent, or none.
  const otlp::Span* find(std::string_view name, const otlp::Span* parent) {
    const auto named = [&](const otlp::Span& span) {
      return name.ends_with(' ') ? span.name.starts_with(name) : span.name == name;
    };
    const auto found = std::ranges::find_if(trace_.items, named);
    if (found == trace_.items.end()) {
      findings_.push_back("there is no span '" + std::string(name) + "'");
      return nullptr;
    }
    const SpanId expected = parent == nullptr ? SpanId() : parent->span_id;
    if (found->parent_span_id != expected) report(*found, "has the wrong parent");
    return &*found;
  }

  void check_chat(const otlp::Span& chat) {
    if (chat.kind != SpanKind::client) report(chat, "is not of kind client");
    check_status(chat, StatusCode::unset);
    for (const char* const key : {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model",
                                  "gen_ai.response.id", "gen_ai.response.model", "server.address"}) {
      const AttributeValue* const value = otlp::find(chat.attributes, key);
      if (value == nullptr || value->type() != Type::string || value->as_string().empty()) {
        report(chat, std::string("has no ") + key);
      }
    }
    check_positive(chat, "gen_ai.usage.input_tokens");
    check_positive(chat, "gen_ai.usage.output_tokens");
    check_finish_reasons(chat);
  }

  void check_finish_reasons(const otlp::Span& chat) {
    const AttributeValue* const reasons = otlp::find(chat.attributes, "gen_ai.response.finish_reasons");
    const auto is_text = [](const AttributeValue& value) {
      return value.type() == Type::string && !value.as_string().empty();
    };
    if (reasons == nullptr || reasons->type() != Type::array || reasons->as_array().empty() ||
        !std::ranges::all_of(reasons->as_array(), is_text)) {
      report(chat, "has no gen_ai.response.finish_reasons");
    }
  }

  void check_positive(const otlp::Span& span, std::string_view key) {
    const AttributeValue* const value = otlp::find(span.attributes, key);
    if (value == nullptr || value->type() != Type::integer || value->as_integer() <= 0) {
      report(span, "has no " + std::string(key) + " above 0");
    }
  }

  void check_status(const otlp::Span& span, StatusCode expected) {
    if (span.status == expected) return;
    report(span, "has an unexpected status" +
                     (span.status_message.empty() ? std::string() : ": " + std::string(span.status_message)));
  }

  void check_events(const otlp::Span& span, std::initializer_list<std::string_view> names) {
    if (!std::ranges::equal(span.events, names, {}, &otlp::SpanEvent::name)) {
      report(span, "does not have the " + std::to_string(names.size()) + " events it recorded");
    }
  }

  void report(const otlp::Span& span, const std::string& finding) {
    findings_.push_back("the span '" + std::string(span.name) + "' " + finding);
  }

  const otlp::TraceBatch& trace_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> check_demo_trace(const otlp::TraceBatch& trace) { return DemoCheck(trace).run(); }

}  // namespace sonde::cli
