#pragma once

// What all GenAI operations have in common: each is a span of the right name, kind and attributes, and ends
// exactly once, whatever happens; with its end go the metrics that its convention asks for.
//
//     sonde::genai::ToolExecution tool({.name = "get_weather"});
//     const auto scope = tool.make_current();  // what happens inside becomes its children
//     ...
//     if (!answer) return tool.fail("timeout", "the weather service did not answer");
//
// An operation is a movable handle with one owner, like the Span in it. It ends when it is destroyed, on
// every path; if an exception is what ends it, its status becomes error. An operation that begins inside a
// current one of the same type (a client's inference inside a framework's) does not count twice: it records
// nothing itself and adds what it knows to the outer one. Agents and workflows nest.
//
// Source: semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md; specification general/errors (error.type).

#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "sonde/attribute.hpp"
#include "sonde/context.hpp"
#include "sonde/genai/instrumentation.hpp"
#include "sonde/span.hpp"

namespace sonde::genai {

namespace detail {
struct OperationState;
struct StartedOperation;
}  // namespace detail

/// The base of every operation; not made by itself.
class Operation {
 public:
  Operation(Operation&&) noexcept;
  Operation& operator=(Operation&&) noexcept;
  ~Operation();  ///< Ends it.

  [[nodiscard]] bool is_recording() const noexcept;
  [[nodiscard]] SpanContext context() const noexcept;

  void set_attribute(std::string_view key, const AttributeValue& value) noexcept;
  void set_attributes(Attributes attributes) noexcept;
  void add_event(std::string_view name, Attributes attributes = {}) noexcept;

  /// Marks it as failed: error.type, which is a code or a class of errors of which there are few, and the
  /// status's message. The first call counts.
  void fail(std::string_view error_type, std::string_view message = {}) noexcept;
  /// The same with the exception's type and message; records it too, as the convention's event.
  void fail(const std::exception& exception) noexcept;
  void fail(const std::exception_ptr& exception) noexcept;

  /// The context of what happens inside it: its span is the current one, and it is itself the current
  /// operation of its type. To carry to other threads; may outlive the operation. Allocates.
  [[nodiscard]] Context inside() const;
  /// Makes that context current for a scope of this thread.
  [[nodiscard]] ContextScope make_current() const { return ContextScope(inside()); }

  /// Calls it inside, and gives back what it returns. What it throws fails the operation and goes on to the
  /// caller. For whatever calls a model, a tool or a server: someone else's client as well.
  template <std::invocable Call>
  decltype(auto) run(Call&& call) {
    const ContextScope scope = make_current();
    try {
      return std::forward<Call>(call)();
    } catch (...) {
      fail(std::current_exception());
      throw;
    }
  }

  /// Ends it now; what is called later does nothing. `time` in nanoseconds since the Unix epoch; 0: now.
  void end(std::uint64_t time = 0) noexcept;

 protected:
  explicit Operation(detail::StartedOperation started) noexcept;
  /// Null once ended or moved from.
  [[nodiscard]] detail::OperationState* state() const noexcept { return state_.get(); }

 private:
  std::shared_ptr<detail::OperationState> state_;
  bool is_nested_ = false;  ///< The state is that of an outer operation, which this one adds to.
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace sonde::genai
