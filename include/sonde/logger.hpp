#pragma once

// A logger emits log records on behalf of one instrumented library or component. Mostly it is a bridge that
// uses one (bridge/spdlog_sink.hpp, stream_bridge.hpp), so that what a program logs already stands beside its
// traces; events are emitted directly:
//
//     auto logger = sonde::get_logger("my-llm-app");
//     logger.emit({.severity = sonde::Severity::info, .body = "index built", .attributes = {{"documents",
//     42}}});
//
// Like a tracer it is a pointer: copy it freely, use it from any thread, keep it. Emitting never throws or
// blocks, and allocates nothing in the steady state; without a provider it does nothing.
//
// Source: specification logs/api.md, Logger.

#include <atomic>
#include <string_view>

#include "sonde/log_record.hpp"

namespace sonde {

namespace detail {
struct LoggerCore;

/// Where a logger finds its provider's part; null while there is none. Slots are never freed.
struct LoggerSlot {
  std::atomic<LoggerCore*> core{nullptr};
};
inline constinit LoggerSlot empty_logger_slot;

struct LogEmitter {
  static void emit(LoggerCore& core, const LogRecord& record) noexcept;
  [[nodiscard]] static bool is_enabled(const LoggerCore& core, Severity severity, std::string_view event_name,
                                       const Parent& parent) noexcept;
};
}  // namespace detail

class Logger {
 public:
  /// A logger that emits nothing.
  constexpr Logger() noexcept = default;

  /// Whether a record like this may be kept; for skipping work that would only describe it. The answer may
  /// change from call to call.
  [[nodiscard]] bool is_enabled(Severity severity = Severity::unspecified, std::string_view event_name = {},
                                const Parent& context = {}) const noexcept {
    const detail::LoggerCore* const core = slot_->core.load(std::memory_order_acquire);
    return core != nullptr && detail::LogEmitter::is_enabled(*core, severity, event_name, context);
  }

  void emit(const LogRecord& record) const noexcept {
    detail::LoggerCore* const core = slot_->core.load(std::memory_order_acquire);
    if (core != nullptr) detail::LogEmitter::emit(*core, record);
  }

 private:
  friend class LoggerProvider;
  friend Logger get_logger(std::string_view name, std::string_view version, std::string_view schema_url,
                           Attributes attributes);
  constexpr explicit Logger(const detail::LoggerSlot* slot) noexcept : slot_(slot) {}

  const detail::LoggerSlot* slot_ = &detail::empty_logger_slot;
};

/// A logger of the global provider: emits once there is one. Takes a lock; keep the logger.
[[nodiscard]] Logger get_logger(std::string_view name, std::string_view scope_version = {},
                                std::string_view schema_url = {}, Attributes attributes = {});

}  // namespace sonde
