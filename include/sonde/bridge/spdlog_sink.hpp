#pragma once

// What a program logs through spdlog, as log records beside its traces:
//
//     spdlog::default_logger()->sinks().push_back(std::make_shared<sonde::bridge::SpdlogSink>());
//
// A record's scope is the spdlog logger's name, its body the message as logged, without spdlog's pattern. It
// belongs to the span that is current where spdlog calls the sink: with an asynchronous spdlog logger that is
// another thread, and there is none.
//
// Source: specification logs/supplementary-guidelines.md, How to create a log4j log appender; semantic
// conventions, code and thread attributes.

#include <spdlog/details/log_msg.h>
#include <spdlog/sinks/sink.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/logger.hpp"
#include "sonde/logger_provider.hpp"

namespace sonde::bridge {

[[nodiscard]] constexpr Severity severity_of(spdlog::level::level_enum level) noexcept {
  switch (level) {
    case spdlog::level::trace: return Severity::trace;
    case spdlog::level::debug: return Severity::debug;
    case spdlog::level::info: return Severity::info;
    case spdlog::level::warn: return Severity::warn;
    case spdlog::level::err: return Severity::error;
    case spdlog::level::critical: return Severity::fatal;
    default: return Severity::unspecified;
  }
}

/// A sink of any spdlog logger, and of several at once. Thread-safe; takes a lock to find the logger of a
/// name.
class SpdlogSink final : public spdlog::sinks::sink {
 public:
  /// Emits through the global provider.
  SpdlogSink() = default;
  /// `provider` must outlive the sink.
  explicit SpdlogSink(LoggerProvider& provider) noexcept : provider_(&provider) {}

  void log(const spdlog::details::log_msg& message) override {
    const Logger logger = logger_of(text(message.logger_name));
    const Severity severity = severity_of(message.level);
    if (!logger.is_enabled(severity)) return;
    std::array<Attribute, 4> attributes;
    std::size_t count = 0;
    attributes[count++] = {"thread.id", message.thread_id};
    if (!message.source.empty()) {
      attributes[count++] = {"code.file.path", message.source.filename};
      attributes[count++] = {"code.line.number", message.source.line};
      if (message.source.funcname != nullptr)
        attributes[count++] = {"code.function.name", message.source.funcname};
    }
    const auto since_epoch = message.time.time_since_epoch();
    logger.emit({.severity = severity,
                 .severity_text = text(spdlog::level::to_string_view(message.level)),
                 .body = text(message.payload),
                 .attributes = Attributes(std::span<const Attribute>(attributes.data(), count)),
                 .time = static_cast<std::uint64_t>(
                     std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count())});
  }

  /// Nothing waits here; what the provider gathers it exports in its own time.
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  static std::string_view text(spdlog::string_view_t view) noexcept { return {view.data(), view.size()}; }

  [[nodiscard]] Logger logger_of(std::string_view name) {
    if (name.empty()) name = "spdlog";  // spdlog's default logger has no name
    const std::lock_guard lock(mutex_);
    if (const auto known = loggers_.find(name); known != loggers_.end()) return known->second;
    const Logger logger = provider_ != nullptr ? provider_->get_logger(name) : get_logger(name);
    loggers_.emplace(name, logger);
    return logger;
  }

  LoggerProvider* const provider_ = nullptr;
  std::mutex mutex_;
  std::map<std::string, Logger, std::less<>> loggers_;
};

}  // namespace sonde::bridge
