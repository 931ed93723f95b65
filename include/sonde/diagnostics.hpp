#pragma once

// What the SDK tells of itself: problems with its configuration, telemetry that was lost.
//
// Source: specification error-handling.md, Self-diagnostics.

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sonde {

/// How much is told: what is of this level or more severe (OTEL_LOG_LEVEL).
enum class DiagnosticLevel : std::uint8_t { none, error, warning, info, debug };

/// Whatever can be called with a sentence, or nothing. A copy shares it. (std::function would do, but every
/// file that records something would compile its header.)
class DiagnosticHandler {
 public:
  DiagnosticHandler() noexcept = default;

  // NOLINTBEGIN(google-explicit-constructor): {.on_diagnostic = [](std::string_view) { ... }} is the point.
  template <std::invocable<std::string_view> Function>
    requires(!std::same_as<Function, DiagnosticHandler>)
  DiagnosticHandler(Function function)
      : function_(std::make_shared<Function>(std::move(function))),
        call_([](void* target, std::string_view line) { (*static_cast<Function*>(target))(line); }) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] explicit operator bool() const noexcept { return call_ != nullptr; }
  void operator()(std::string_view line) const { call_(function_.get(), line); }

 private:
  std::shared_ptr<void> function_;
  void (*call_)(void* function, std::string_view line) = nullptr;
};

}  // namespace sonde
