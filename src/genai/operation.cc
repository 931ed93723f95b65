#include "sonde/genai/operation.hpp"

#include <new>
#include <string>
#include <typeinfo>
#include <utility>

#include "base/clock.h"
#include "genai/current_operations.h"
#include "genai/operation_end.h"
#include "genai/operation_state.h"
#include "sdk/type_name.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai {
using detail::OperationState;

Operation::Operation(detail::StartedOperation started) noexcept
    : state_(std::move(started.state)), is_nested_(started.is_nested) {}

Operation::Operation(Operation&& other) noexcept
    : state_(std::move(other.state_)), is_nested_(other.is_nested_) {}

Operation& Operation::operator=(Operation&& other) noexcept {
  if (this == &other) return *this;
  end();
  state_ = std::move(other.state_);
  is_nested_ = other.is_nested_;
  exceptions_ = std::uncaught_exceptions();
  return *this;
}

Operation::~Operation() {
  // Which exception cannot be known while it flies; fail() in a handler tells.
  if (std::uncaught_exceptions() > exceptions_) fail("_OTHER", "an exception left the operation's scope");
  end();
}

bool Operation::is_recording() const noexcept {
  if (state_ == nullptr) return false;
  const std::lock_guard lock(state_->mutex);
  return state_->span.is_recording();
}

SpanContext Operation::context() const noexcept {
  if (state_ == nullptr) return {};
  const std::lock_guard lock(state_->mutex);
  return state_->span.context();
}

void Operation::set_attribute(std::string_view key, const AttributeValue& value) noexcept {
  const Attribute attribute{key, value};
  set_attributes(std::span(&attribute, 1));
}

void Operation::set_attributes(Attributes attributes) noexcept {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->mutex);
  detail::set_attributes(*state_, attributes);
}

void Operation::add_event(std::string_view name, Attributes attributes) noexcept {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->mutex);
  state_->span.add_event(name, attributes);
}

void Operation::fail(std::string_view error_type, std::string_view message) noexcept {
  // Whether the failure of a nested operation is one of the outer, the outer knows.
  if (state_ == nullptr || is_nested_) return;
  const std::lock_guard lock(state_->mutex);
  detail::fail_operation(*state_, error_type.empty() ? "_OTHER" : error_type, message);
}

void Operation::fail(const std::exception& exception) noexcept {
  if (state_ == nullptr || is_nested_) return;
  try {
    const std::string type = sonde::detail::type_name(typeid(exception));
    const std::lock_guard lock(state_->mutex);
    detail::record_exception(*state_, type, exception);
    detail::fail_operation(*state_, type, exception.what());
  } catch (const std::bad_alloc&) {
    fail("std::bad_alloc");
  }
}

void Operation::fail(const std::exception_ptr& exception) noexcept {
  if (exception == nullptr) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    fail(caught);
  } catch (...) {
    fail("_OTHER");
  }
}

Context Operation::inside() const {
  if (state_ == nullptr || is_nested_) return Context::current();
  const Context around = state_->context.value_or(Context::current());
  return around.set_span(context()).set(detail::current_operation_key, detail::CurrentOperation{state_});
}

void Operation::end(std::uint64_t time) noexcept {
  const std::shared_ptr<OperationState> state = std::exchange(state_, nullptr);
  if (state == nullptr || is_nested_) return;
  const std::lock_guard lock(state->mutex);
  detail::end_operation(*state, time != 0 ? time : base::Clock::now());
}

}  // namespace sonde::genai
