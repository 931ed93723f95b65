#include "sonde/genai/framework_span_handler.hpp"

#include <deque>
#include <list>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "genai/framework_span.h"

namespace sonde::genai {
namespace {

using detail::FrameworkSpan;

/// Closed spans that late children still find.
constexpr std::size_t most_closed = 1'000;

}  // namespace

class FrameworkSpanHandler::State {
 public:
  State(FrameworkSpanHandlerOptions options, const Instrumentation& instrumentation)
      : framework_(options.framework),
        max_open_(std::max<std::size_t>(options.max_open_spans, 1)),
        max_age_(options.max_age),
        instrumentation_(instrumentation) {}

  ~State() { abandon(open_); }

  // Spans begin and end outside the lock: what is recorded of them may be long.

  void enter(std::string_view id, const FrameworkCall& call, std::string_view parent_id) {
    const ContextScope scope(parent_context(parent_id));
    FrameworkSpan span(framework_, call, instrumentation_);
    Context inside = span.inside();
    std::list<Open> lost;
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t now = base::Clock::now();
      take(find(id), lost);
      while (open_.size() >= max_open_) take(open_.begin(), lost);
      while (!open_.empty() && now > open_.front().opened + max_age_in_nanoseconds())
        take(open_.begin(), lost);
      open_.push_back({std::string(id), std::move(span), std::move(inside), now});
      by_id_.emplace(open_.back().id, std::prev(open_.end()));
    }
    abandon(lost);
  }

  void exit(std::string_view id, const AttributeValue& result) {
    for (Open& closed : take(id)) closed.span.end(result);
  }

  void drop(std::string_view id, std::string_view error_type, std::string_view message) {
    for (Open& closed : take(id)) closed.span.fail(error_type, message);
  }

  /// Calls with(span) if there is one of that id.
  template <class With>
  void with_open(std::string_view id, With with) {
    const std::lock_guard lock(mutex_);
    if (const auto found = find(id); found != open_.end()) with(found->span);
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
    FrameworkSpan span;
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
    const std::lock_guard lock(mutex_);
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second->inside;
    if (const auto found = closed_by_id_.find(id); found != closed_by_id_.end()) return found->second;
    return Context::current();
  }

  static void abandon(std::list<Open>& lost) noexcept {
    for (Open& each : lost) each.span.abandon();
  }

  /// Moves an open span, if it is one, to the end of `taken`. The lock is held.
  void take(Place place, std::list<Open>& taken) {
    if (place == open_.end()) return;
    remember(place->id, place->inside);
    by_id_.erase(place->id);
    taken.splice(taken.end(), open_, place);
  }
  /// The open span of that id, or none.
  [[nodiscard]] std::list<Open> take(std::string_view id) {
    std::list<Open> taken;
    const std::lock_guard lock(mutex_);
    take(find(id), taken);
    return taken;
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

void FrameworkSpanHandler::on_chunk(std::string_view id) noexcept try {
  state_->with_open(id, [](FrameworkSpan& span) { span.on_chunk(); });
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
  state_->with_open(id, [&](FrameworkSpan& span) { span.add_event(name, attributes); });
} catch (const std::bad_alloc&) {
}

SpanContext FrameworkSpanHandler::context(std::string_view id) const noexcept try {
  return state_->context(id);
} catch (const std::bad_alloc&) {
  return {};
}

std::size_t FrameworkSpanHandler::open_spans() const noexcept { return state_->open_spans(); }

}  // namespace sonde::genai
