#pragma once

// A context is what an operation hands down to those it causes: which span they belong to, the baggage, and
// values of the application's own. It is a value: immutable, cheap to copy, valid for as long as it is kept,
// and so what to carry to another thread, into a callback or across a process boundary.
//
//     auto context = sonde::Context::current();
//     queue.push([context] {
//       sonde::ContextScope scope(context);
//       ...                        // spans started here are children of the one current above
//     });
//
// A context holds the identity of its span, never the span itself, which has one owner. (bind_current() in
// bind.hpp writes the lines above; coroutines have coroutine.hpp.)
//
// Source: specification context/README.md.

#include <type_traits>
#include <utility>
#include <vector>

#include "sonde/baggage.hpp"
#include "sonde/shared_value.hpp"
#include "sonde/span.hpp"
#include "sonde/span_context.hpp"

namespace sonde {

/// The place of an application's value in contexts: make one object of static storage a value. Two keys are
/// never the same, whatever their names.
///
///     inline constexpr sonde::ContextKey<Tenant> tenant_key("tenant");
template <class T>
class ContextKey {
 public:
  constexpr explicit ContextKey(const char* name) noexcept : name_(name) {}
  ContextKey(const ContextKey&) = delete;
  ContextKey& operator=(const ContextKey&) = delete;

  /// For people; it identifies nothing.
  [[nodiscard]] constexpr const char* name() const noexcept { return name_; }

 private:
  const char* name_;
};

namespace detail {
class HeldContext;

/// What a context holds besides its span.
struct ContextValues final : SharedValue {
  struct Entry {
    const void* key;
    const void* value;
    SharedPointer<SharedValue> holder;
  };
  Baggage baggage;
  std::vector<Entry> entries;
};
}  // namespace detail

class Context {
 public:
  /// Of no span and without baggage: the root.
  Context() noexcept = default;

  /// What is current on this thread. Allocates nothing.
  [[nodiscard]] static Context current() noexcept;

  /// Invalid if there is no span.
  [[nodiscard]] const SpanContext& span_context() const noexcept { return span_context_; }
  [[nodiscard]] Context set_span(SpanContext span_context) const {
    return {std::move(span_context), values_};
  }
  [[nodiscard]] Context set_span(const Span& span) const { return set_span(span.context()); }

  [[nodiscard]] const Baggage& baggage() const noexcept;
  [[nodiscard]] Context set_baggage(Baggage baggage) const;

  /// The value set under that key, or null. Valid as long as a context that holds it.
  template <class T>
  [[nodiscard]] const T* get(const ContextKey<T>& key) const noexcept {
    return static_cast<const T*>(find(&key));
  }
  /// This context with that value set or replaced. Allocates.
  template <class T>
  [[nodiscard]] Context set(const ContextKey<T>& key, std::type_identity_t<T> value) const {
    struct Holder final : detail::SharedValue {
      explicit Holder(T held) : value(std::move(held)) {}
      const T value;
    };
    const detail::SharedPointer<Holder> holder(new Holder(std::move(value)));
    return set({&key, &holder->value, detail::SharedPointer<detail::SharedValue>::of(holder.get())});
  }

 private:
  friend class ContextScope;
  friend class detail::HeldContext;
  Context(SpanContext span_context, detail::SharedPointer<detail::ContextValues> values) noexcept
      : span_context_(std::move(span_context)), values_(std::move(values)) {}
  [[nodiscard]] const void* find(const void* key) const noexcept;
  [[nodiscard]] Context set(detail::ContextValues::Entry entry) const;

  SpanContext span_context_;
  detail::SharedPointer<detail::ContextValues> values_;
};

namespace detail {
/// Owns what pointers on a thread can point at to make a context current there.
class HeldContext {
 public:
  explicit HeldContext(Context context) noexcept
      : span_(std::move(context.span_context_)), values_(std::move(context.values_)) {}
  HeldContext(const HeldContext&) = delete;
  HeldContext& operator=(const HeldContext&) = delete;

  [[nodiscard]] const Span* span() const noexcept { return span_.context().is_valid() ? &span_ : nullptr; }
  [[nodiscard]] const ContextValues* values() const noexcept { return values_.get(); }
  [[nodiscard]] CurrentContext current() const noexcept { return {.span = span(), .values = values()}; }

 private:
  Span span_;  ///< Stands for the span; records nothing.
  SharedPointer<ContextValues> values_;
};

/// Makes that current on the calling thread and returns what was. Never inlined: a compiler that keeps the
/// address of a thread_local across a coroutine's suspension would use the wrong thread's.
[[gnu::noinline]] CurrentContext exchange_current(CurrentContext context) noexcept;
}  // namespace detail

/// Makes a context current on this thread for a scope. Allocates nothing. Ends on the same thread, innermost
/// first; not to be held across a co_await of a coroutine that does not carry context (see coroutine.hpp).
class [[nodiscard]] ContextScope {
 public:
  explicit ContextScope(Context context) noexcept;

 private:
  detail::HeldContext context_;
  detail::Scope scope_;
};

}  // namespace sonde
