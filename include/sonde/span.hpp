#pragma once

// A span is one operation of a program: what it was, when it began and ended, what is worth knowing about it,
// and which operation it was part of.
//
//     auto span = tracer.start_as_current_span("retrieve_documents");
//     span.set_attribute("doc_count", documents.size());
//     span.add_event("Retrieval complete", {{"cached", false}});
//
// The span ends when it goes out of scope, on every path out. Its attributes become OTLP bytes as they are
// set, in memory that the thread reuses from span to span, so recording allocates nothing in the steady
// state.
//
// A Span is a value that can be moved and has one owner: use it from one thread at a time. To go on in
// another thread, move it there; to make it the parent of work elsewhere, pass its context(), which is a
// value that outlives it. Recording calls never throw, block or terminate; without set-up, or when the span
// is not sampled, they do nothing and cost next to nothing.
//
// Source: specification trace/api.md, Span.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

#include "sonde/attribute.hpp"
#include "sonde/span_context.hpp"
#include "sonde/span_kind.hpp"

namespace sonde {

class Span;
class Tracer;

namespace detail {
struct SpanOutcome;
struct SpanRecord;
struct SpanStarter;
struct TracerCore;

void set_attribute(SpanRecord& record, std::string_view key, const AttributeValue& value) noexcept;
void set_attributes(SpanRecord& record, Attributes attributes) noexcept;
void add_event(SpanRecord& record, std::string_view name, std::uint64_t time, Attributes attributes) noexcept;
void add_link(SpanRecord& record, const SpanContext& context, Attributes attributes) noexcept;
void set_status(SpanRecord& record, StatusCode code, std::string_view message) noexcept;
void update_name(SpanRecord& record, std::string_view name) noexcept;
void record_exception(SpanRecord& record, const std::exception& exception, Attributes attributes) noexcept;
void record_exception(SpanRecord& record, const std::exception_ptr& exception,
                      Attributes attributes) noexcept;
void end(SpanRecord* record, std::uint64_t time) noexcept;
/// Sets the status of a span whose scope is being left early, unless it has one.
void fail_by_exception(SpanRecord& record) noexcept;

struct ContextValues;
class Scope;

/// What is current on a thread: pointers to what is owned further down its stack, or in a coroutine's frame.
struct CurrentContext {
  const Span* span = nullptr;             ///< The innermost one made current, or null.
  const ContextValues* values = nullptr;  ///< Baggage and the application's own, or null.
  Scope* scope = nullptr;                 ///< The innermost that is open, or null.
  bool is_abandoned = false;              ///< Within a coroutine that is being destroyed before its end.
};
[[gnu::tls_model("initial-exec")]] extern constinit thread_local CurrentContext current;

/// The calling thread's. Code that may be inlined into a coroutine must come here for it: Clang (16) keeps
/// the address of a thread_local across a suspension, after which it is another thread's.
[[gnu::noinline]] CurrentContext& current_context_of_thread() noexcept;
inline CurrentContext& current_context() noexcept {
#if defined(__clang__)
  return current_context_of_thread();
#else
  return current;
#endif
}

/// How many scopes ended on other threads than those they are still open on.
extern constinit std::atomic<int> orphaned_scopes;
/// Takes those of this thread out of what is current on it.
void drop_orphaned_scopes() noexcept;

/// The thread's current span, or null.
inline const Span* current_span() noexcept {
  const CurrentContext& context = current_context();
  if (context.span == nullptr) return nullptr;
  if (orphaned_scopes.load(std::memory_order_relaxed) != 0) [[unlikely]]
    drop_orphaned_scopes();
  return context.span;
}

/// Something is current until this is left; then what was before. Scopes of a thread, or of a coroutine that
/// carries context, stand on each other. One that is left out of its turn is taken out from among them, and
/// reported once; nothing then points at it any more, whichever thread it was left on.
class Scope {
 public:
  explicit Scope(const Span* span) noexcept : Scope(span, current_context()) {}
  Scope(const Span* span, const ContextValues* values) noexcept : Scope(span) {
    current_context().values = values;
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { leave(); }

  /// The first call counts.
  void leave() noexcept {
    CurrentContext& context = current_context();
    if (context.scope == this) [[likely]] {
      restore(context);
    } else if (thread_ != nullptr) {
      leave_out_of_turn();
    }
  }

 private:
  friend void drop_orphaned_scopes() noexcept;
  friend struct OrphanedScope;
  Scope(const Span* span, CurrentContext& context) noexcept
      : span_(context.span), values_(context.values), below_(context.scope), thread_(&context) {
    context.span = span;
    context.scope = this;
  }
  void restore(CurrentContext& context) noexcept {
    context.span = span_;
    context.values = values_;
    context.scope = below_;
    thread_ = nullptr;
  }
  void leave_out_of_turn() noexcept;
  /// What this one restores is then what `other`, which is below it, would have.
  void skip(const Scope& other) noexcept {
    span_ = other.span_;
    values_ = other.values_;
    below_ = other.below_;
  }

  const Span* span_;
  const ContextValues* values_;
  Scope* below_;
  const CurrentContext* thread_;  ///< Tells threads apart; null once left.
};

/// Where the thread counts its exceptions in flight; null until looked up.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local const unsigned* uncaught_exception_count;
void find_uncaught_exception_count() noexcept;

/// std::uncaught_exceptions() without its looking up the count every time, which costs as much as setting an
/// attribute.
inline int uncaught_exceptions() noexcept {
#if defined(__clang__)
  return std::uncaught_exceptions();  // see current_context()
#else
  if (uncaught_exception_count == nullptr) [[unlikely]]
    find_uncaught_exception_count();
  return static_cast<int>(*uncaught_exception_count);
#endif
}

/// Rises while scopes are being left early.
inline int early_exits() noexcept { return uncaught_exceptions() + (current_context().is_abandoned ? 1 : 0); }
}  // namespace detail

/// A relation to another span that is not the parent: a batch to its items, a retry to the first try.
struct SpanLink {
  SpanContext context = {};
  Attributes attributes = {};  ///< A view; see AttributeValue.
};

/// What can be said about a span while it is being recorded. Common to Span, which owns the recording, and
/// RecordingSpan, through which processors see it.
class SpanRecorder {
 public:
  /// Whether anything set here will be kept. False once ended. For skipping work that only feeds the span.
  [[nodiscard]] bool is_recording() const noexcept { return record_ != nullptr; }

  /// Sets or replaces an attribute. Beyond the span limits it is counted as dropped.
  void set_attribute(std::string_view key, const AttributeValue& value) noexcept {
    if (record_ != nullptr) detail::set_attribute(*record_, key, value);
  }
  void set_attributes(Attributes attributes) noexcept {
    if (record_ != nullptr) detail::set_attributes(*record_, attributes);
  }

  /// Marks a moment within the span. `time` is in nanoseconds since the Unix epoch; 0 means now.
  void add_event(std::string_view name, Attributes attributes = {}, std::uint64_t time = 0) noexcept {
    if (record_ != nullptr) detail::add_event(*record_, name, time, attributes);
  }

  void add_link(const SpanContext& context, Attributes attributes = {}) noexcept {
    if (record_ != nullptr) detail::add_link(*record_, context, attributes);
  }

  /// The last call counts, except that ok is final and unset changes nothing. The message is kept for errors
  /// only.
  void set_status(StatusCode code, std::string_view message = {}) noexcept {
    if (record_ != nullptr) detail::set_status(*record_, code, message);
  }

  void update_name(std::string_view name) noexcept {
    if (record_ != nullptr) detail::update_name(*record_, name);
  }

  /// Adds the event "exception" with the exception's type and message. Does not set the status. Attributes
  /// given here win over the generated ones.
  void record_exception(const std::exception& exception, Attributes attributes = {}) noexcept {
    if (record_ != nullptr) detail::record_exception(*record_, exception, attributes);
  }
  /// The same for whatever is in flight: record_exception(std::current_exception()).
  void record_exception(const std::exception_ptr& exception, Attributes attributes = {}) noexcept {
    if (record_ != nullptr) detail::record_exception(*record_, exception, attributes);
  }

 protected:
  friend struct detail::SpanOutcome;
  SpanRecorder() noexcept = default;
  explicit SpanRecorder(detail::SpanRecord* record) noexcept : record_(record) {}
  SpanRecorder(const SpanRecorder&) noexcept = default;
  SpanRecorder& operator=(const SpanRecorder&) noexcept = default;
  ~SpanRecorder() = default;

  detail::SpanRecord* record_ = nullptr;
};

class Span : public SpanRecorder {
 public:
  /// A span that records nothing and has no identity.
  Span() noexcept = default;

  /// A span that records nothing but stands for `context`: its children continue that trace.
  explicit Span(SpanContext context) noexcept : context_(std::move(context)) {}

  Span(Span&& other) noexcept
      : SpanRecorder(std::exchange(other.record_, nullptr)), context_(std::move(other.context_)) {}
  Span& operator=(Span&& other) noexcept {
    if (this != &other) {
      end();
      record_ = std::exchange(other.record_, nullptr);
      context_ = std::move(other.context_);
    }
    return *this;
  }
  ~Span() { end(); }

  /// Its identity; valid also after end(), and when not sampled.
  [[nodiscard]] const SpanContext& context() const noexcept { return context_; }

  /// Ends the span now; later calls do nothing. `time` as in add_event().
  void end(std::uint64_t time = 0) noexcept {
    if (record_ != nullptr) detail::end(std::exchange(record_, nullptr), time);
  }

 private:
  friend class ScopedSpan;
  friend struct detail::SpanStarter;
  Span(const TraceId& trace_id, const SpanId& span_id, TraceFlags flags, TraceState trace_state) noexcept
      : context_(trace_id, span_id, flags, false, std::move(trace_state)) {}

  SpanContext context_;
};

/// A span that is also its thread's current one, so that spans started meanwhile become its children.
/// Restores the one before when it ends. Stays where it was made: it must end on the same thread, innermost
/// first; across a co_await it may be held only in a coroutine that carries context (see coroutine.hpp). If
/// an exception, or the coroutine's destruction, ends its scope, its status becomes error unless one was set.
class ScopedSpan : public Span {
 public:
  ScopedSpan(const ScopedSpan&) = delete;
  ScopedSpan& operator=(const ScopedSpan&) = delete;
  ~ScopedSpan() {
    if (is_recording() && detail::early_exits() > early_exits_) detail::fail_by_exception(*record_);
    end();
  }

  /// Ends the span and makes the one before current again.
  void end(std::uint64_t time = 0) noexcept {
    scope_.leave();
    Span::end(time);
  }

 private:
  friend class Tracer;
  explicit ScopedSpan(Span&& span) noexcept : Span(std::move(span)), scope_(this) {}

  detail::Scope scope_;
  int early_exits_ = detail::early_exits();
};

/// Makes an existing span current for a scope without owning it. The span must outlive the scope.
class [[nodiscard]] CurrentSpanScope {
 public:
  explicit CurrentSpanScope(const Span& span) noexcept : scope_(&span) {}

 private:
  detail::Scope scope_;
};

/// The context of this thread's current span; invalid if there is none.
[[nodiscard]] inline SpanContext current_span_context() {
  const Span* const span = detail::current_span();
  return span == nullptr ? SpanContext() : span->context();
}

}  // namespace sonde
