#include "sonde/context.hpp"

#include <algorithm>

#include "sdk/fork.h"
#include "sonde/tracer.hpp"

namespace sonde {

namespace {

/// The baggage in there, or an empty one that lives for ever.
const Baggage& baggage_of(const detail::ContextValues* values) noexcept {
  static constinit detail::Immortal<Baggage> none;
  return values == nullptr ? none.get() : values->baggage;
}

}  // namespace

Baggage Baggage::current() noexcept { return baggage_of(detail::current.values); }

Context Context::current() noexcept {
  SpanContext span_context = current_span_context();  // first: it may find that what is current has changed
  const detail::ContextValues* const values = detail::current.values;
  return {std::move(span_context), values == nullptr ? nullptr : values->shared_from_this()};
}

const Baggage& Context::baggage() const noexcept { return baggage_of(values_.get()); }

Context Context::set_baggage(Baggage baggage) const {
  auto values = copy_values();
  values->baggage = std::move(baggage);
  return {span_context_, std::move(values)};
}

const void* Context::find(const void* key) const noexcept {
  if (values_ == nullptr) return nullptr;
  const auto found = std::ranges::find(values_->entries, key, &detail::ContextValues::Entry::key);
  return found == values_->entries.end() ? nullptr : found->value.get();
}

Context Context::set(const void* key, std::shared_ptr<const void> value) const {
  auto values = copy_values();
  const auto found = std::ranges::find(values->entries, key, &detail::ContextValues::Entry::key);
  if (found == values->entries.end()) {
    values->entries.push_back({key, std::move(value)});
  } else {
    found->value = std::move(value);
  }
  return {span_context_, std::move(values)};
}

std::shared_ptr<detail::ContextValues> Context::copy_values() const {
  return values_ == nullptr ? std::make_shared<detail::ContextValues>()
                            : std::make_shared<detail::ContextValues>(*values_);
}

namespace detail {
namespace {

/// The span that is current already stays so itself, rather than what stands for it.
const Span* choose_span(const Span* stands_for) noexcept {
  const Span* const span = current_span();
  const bool is_same = stands_for != nullptr && span != nullptr &&
                       span->context().span_id() == stands_for->context().span_id() &&
                       span->context().trace_id() == stands_for->context().trace_id();
  return is_same ? span : stands_for;
}

}  // namespace

CurrentContext exchange_current(CurrentContext context) noexcept { return std::exchange(current, context); }

}  // namespace detail

Parent::Parent(const Context& context) noexcept
    : context_(&context.span_context()), baggage_(&context.baggage()), is_current_(false) {}

const Baggage& Parent::baggage() const noexcept {
  return baggage_ != nullptr ? *baggage_ : baggage_of(detail::current.values);
}

ContextScope::ContextScope(Context context) noexcept
    : context_(std::move(context)), scope_(detail::choose_span(context_.span()), context_.values()) {}

}  // namespace sonde
