#include "sonde/genai/framework_span_handler.hpp"

#include <deque>
#include <list>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "genai/framework_mapping.h"
#include "sonde/genai/agent.hpp"
#include "sonde/genai/embeddings.hpp"
#include "sonde/genai/retrieval.hpp"
#include "sonde/genai/tool.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::genai {
namespace {

using detail::FrameworkOperation;

/// Closed spans that late children still find.
constexpr std::size_t most_closed = 1'000;

/// Set on spans whose end the framework never told.
constexpr std::string_view abandoned = "sonde.span.abandoned";

using AnySpan =
    std::variant<Span, Inference, Embeddings, Retrieval, ToolExecution, AgentInvocation, WorkflowInvocation>;

std::string_view text_argument(const FrameworkCall& call, std::string_view key) noexcept {
  for (const Attribute& argument : call.bound_arguments) {
    if (argument.key == key && argument.value.type() == AttributeValue::Type::string) {
      return argument.value.as_string();
    }
  }
  return {};
}

std::string_view first_of(std::initializer_list<std::string_view> texts) noexcept {
  for (const std::string_view text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

void fail(AnySpan& span, std::string_view error_type, std::string_view message) noexcept {
  std::visit(
      [&](auto& each) {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, Span>) {
          each.set_attribute(attribute::error_type, error_type);
          each.set_status(StatusCode::error, message);
        } else {
          each.fail(error_type, message);
        }
      },
      span);
}

}  // namespace

class FrameworkSpanHandler::State {
 public:
  State(FrameworkSpanHandlerOptions options, const Instrumentation& instrumentation)
      : framework_(options.framework),
        max_open_(std::max<std::size_t>(options.max_open_spans, 1)),
        max_age_(options.max_age),
        instrumentation_(instrumentation) {}

  ~State() {
    while (!open_.empty()) close(open_.begin(), {}, [](AnySpan& span) { mark_abandoned(span); });
  }

  void enter(std::string_view id, const FrameworkCall& call, std::string_view parent_id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = find(id); found != open_.end()) abandon(found);
    while (open_.size() >= max_open_) abandon(open_.begin());
    const std::uint64_t now = base::Clock::now();
    while (!open_.empty() && now > open_.front().opened + max_age_in_nanoseconds()) abandon(open_.begin());
    const ContextScope scope(parent_context(parent_id));
    AnySpan span = start(call);
    Context inside = context_inside(span);
    open_.push_back({std::string(id), std::move(span), std::move(inside), now});
    by_id_.emplace(open_.back().id, std::prev(open_.end()));
  }

  void exit(std::string_view id, const AttributeValue& result) {
    const std::lock_guard lock(mutex_);
    close(find(id), result, [](AnySpan&) {});
  }

  void drop(std::string_view id, std::string_view error_type, std::string_view message) {
    const std::lock_guard lock(mutex_);
    close(find(id), {}, [&](AnySpan& span) { fail(span, error_type, message); });
  }

  void event(std::string_view id, std::string_view name, Attributes attributes) {
    const std::lock_guard lock(mutex_);
    if (const auto found = find(id); found != open_.end()) {
      std::visit([&](auto& span) { span.add_event(name, attributes); }, found->span);
    }
  }

  [[nodiscard]] SpanContext context(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? SpanContext() : found->second->inside.span_context();
  }

  [[nodiscard]] std::size_t open_spans() const noexcept {
    const std::lock_guard lock(mutex_);
    return open_.size();
  }

 private:
  struct Open {
    std::string id;
    AnySpan span;
    Context inside;
    std::uint64_t opened;
  };
  using Place = std::list<Open>::iterator;

  [[nodiscard]] Place find(std::string_view id) {
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? open_.end() : found->second;
  }

  [[nodiscard]] std::uint64_t max_age_in_nanoseconds() const noexcept {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(max_age_).count());
  }

  [[nodiscard]] Context parent_context(std::string_view parent_id) const {
    if (parent_id.empty()) return Context::current();
    const std::string id(parent_id);
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second->inside;
    if (const auto found = closed_by_id_.find(id); found != closed_by_id_.end()) return found->second;
    return Context::current();
  }

  [[nodiscard]] static Context context_inside(const AnySpan& span) {
    return std::visit(
        [](const auto& each) {
          if constexpr (std::is_same_v<std::decay_t<decltype(each)>, Span>) {
            return Context::current().set_span(each);
          } else {
            return each.inside();
          }
        },
        span);
  }

  [[nodiscard]] AnySpan start(const FrameworkCall& call) const {
    const FrameworkOperation operation = detail::framework_operation(call.component, call.method);
    const std::string_view model =
        first_of({text_argument(call, "model"), text_argument(call, "model_name")});
    const std::string_view provider =
        first_of({detail::framework_provider(call.component), text_argument(call, "provider"), framework_});
    const std::string_view name = first_of({text_argument(call, "name"), call.component});
    switch (operation) {
      case FrameworkOperation::chat:
      case FrameworkOperation::text_completion:
        return Inference({.provider = provider,
                          .model = model,
                          .operation = operation == FrameworkOperation::chat ? operation::chat
                                                                             : operation::text_completion},
                         instrumentation_);
      case FrameworkOperation::embeddings:
        return Embeddings({.provider = provider, .model = model}, instrumentation_);
      case FrameworkOperation::retrieval:
        return Retrieval(
            {.data_source_id = name,
             .query = first_of({text_argument(call, "query"), text_argument(call, "query_str")})},
            instrumentation_);
      case FrameworkOperation::tool:
        return ToolExecution({.name = name, .arguments = AttributeValue::map(call.bound_arguments)},
                             instrumentation_);
      case FrameworkOperation::agent: return AgentInvocation({.name = name}, instrumentation_);
      case FrameworkOperation::workflow: return WorkflowInvocation(name, {}, {}, instrumentation_);
      case FrameworkOperation::none: break;
    }
    return start_plain(call);
  }

  [[nodiscard]] Span start_plain(const FrameworkCall& call) const {
    std::string name(framework_);
    for (const std::string_view part : {call.component, call.method}) {
      if (part.empty()) continue;
      if (!name.empty()) name += '.';
      name += part;
    }
    return tracer_.start_span(name);
  }

  static void mark_abandoned(AnySpan& span) noexcept {
    std::visit([](auto& each) { each.set_attribute(abandoned, true); }, span);
  }
  void abandon(Place place) {
    close(place, {}, [](AnySpan& span) { mark_abandoned(span); });
  }

  template <class Mark>
  void close(Place place, const AttributeValue& result, Mark mark) {
    if (place == open_.end()) return;
    mark(place->span);
    if (auto* const tool = std::get_if<ToolExecution>(&place->span);
        tool != nullptr && result.type() != AttributeValue::Type::empty) {
      tool->record_result(result);
    }
    std::visit([](auto& span) { span.end(); }, place->span);
    remember(place->id, std::move(place->inside));
    by_id_.erase(place->id);
    open_.erase(place);
  }

  void remember(const std::string& id, Context context) {
    if (closed_.size() >= most_closed) {
      closed_by_id_.erase(closed_.front());
      closed_.pop_front();
    }
    if (closed_by_id_.insert_or_assign(id, std::move(context)).second) closed_.push_back(id);
  }

  const std::string framework_;
  const std::size_t max_open_;
  const std::chrono::milliseconds max_age_;
  const Instrumentation& instrumentation_;
  const Tracer tracer_ = get_tracer("sonde.genai");

  mutable std::mutex mutex_;
  std::list<Open> open_;  ///< Oldest first.
  std::unordered_map<std::string, Place> by_id_;
  std::deque<std::string> closed_;
  std::unordered_map<std::string, Context> closed_by_id_;
};

FrameworkSpanHandler::FrameworkSpanHandler(FrameworkSpanHandlerOptions options,
                                           const Instrumentation& instrumentation)
    : state_(std::make_unique<State>(options, instrumentation)) {}

FrameworkSpanHandler::~FrameworkSpanHandler() = default;

// The framework must not hear of a want of memory.

void FrameworkSpanHandler::span_enter(std::string_view id, const FrameworkCall& call,
                                      std::string_view parent_id) noexcept try {
  state_->enter(id, call, parent_id);
} catch (const std::bad_alloc&) {
}

void FrameworkSpanHandler::span_exit(std::string_view id, const AttributeValue& result) noexcept try {
  state_->exit(id, result);
} catch (const std::bad_alloc&) {
}

void FrameworkSpanHandler::span_drop(std::string_view id, std::string_view error_type,
                                     std::string_view message) noexcept try {
  state_->drop(id, error_type, message);
} catch (const std::bad_alloc&) {
}

void FrameworkSpanHandler::event(std::string_view id, std::string_view name, Attributes attributes) noexcept
    try {
  state_->event(id, name, attributes);
} catch (const std::bad_alloc&) {
}

SpanContext FrameworkSpanHandler::context(std::string_view id) const noexcept try {
  return state_->context(id);
} catch (const std::bad_alloc&) {
  return {};
}

std::size_t FrameworkSpanHandler::open_spans() const noexcept { return state_->open_spans(); }

}  // namespace sonde::genai
