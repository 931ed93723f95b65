#include "sonde/context.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "sdk/fork.h"
#include "sonde/tracer.hpp"

namespace sonde {

namespace {

/// The baggage in there, or an empty one that lives for ever.
const Baggage& baggage_of(const detail::ContextValues* values) noexcept {
  static constinit detail::Immortal<Baggage> none;
  return values == nullptr ? none.get() : values->baggage;
}

std::unique_ptr<detail::ContextValues> copy_of(const detail::ContextValues* values) {
  return values == nullptr ? std::make_unique<detail::ContextValues>()
                           : std::make_unique<detail::ContextValues>(*values);
}

}  // namespace

Baggage Baggage::current() noexcept { return baggage_of(detail::current.values); }

Context Context::current() noexcept {
  SpanContext span_context = current_span_context();  // first: it may find that what is current has changed
  const detail::ContextValues* const values = detail::current.values;
  return {std::move(span_context), detail::SharedPointer<detail::ContextValues>::of(values)};
}

const Baggage& Context::baggage() const noexcept { return baggage_of(values_.get()); }

Context Context::set_baggage(Baggage baggage) const {
  std::unique_ptr<detail::ContextValues> values = copy_of(values_.get());
  values->baggage = std::move(baggage);
  return {span_context_, detail::SharedPointer<detail::ContextValues>(values.release())};
}

const void* Context::find(const void* key) const noexcept {
  if (values_.get() == nullptr) return nullptr;
  const auto found = std::ranges::find(values_->entries, key, &detail::ContextValues::Entry::key);
  return found == values_->entries.end() ? nullptr : found->value;
}

Context Context::set(detail::ContextValues::Entry entry) const {
  std::unique_ptr<detail::ContextValues> values = copy_of(values_.get());
  const auto found = std::ranges::find(values->entries, entry.key, &detail::ContextValues::Entry::key);
  if (found == values->entries.end()) {
    values->entries.push_back(std::move(entry));
  } else {
    *found = std::move(entry);
  }
  return {span_context_, detail::SharedPointer<detail::ContextValues>(values.release())};
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
