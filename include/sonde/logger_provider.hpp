#pragma once

// What logging is configured with; what TracerProvider is for traces.
//
// Source: specification logs/sdk.md, LoggerProvider and LoggerConfig.

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/log_record_processor.hpp"
#include "sonde/logger.hpp"
#include "sonde/resource.hpp"

namespace sonde {

class MeterProvider;

/// The most that one log record holds (specification: logs/sdk.md, LogRecord Limits).
struct LogRecordLimits {
  std::size_t attribute_count = 128;
  /// Of strings in characters, of bytes in bytes; longer ones are cut. The body has no limit.
  std::size_t attribute_value_length = std::numeric_limits<std::size_t>::max();
  /// Of arrays and maps in each other; deeper ones become empty values.
  std::size_t attribute_value_depth = 64;
};

/// What the loggers of some scopes let through. Of a list of rules the first that matches counts; loggers
/// that none matches let everything through.
struct LoggerRule {
  std::string name;  ///< A scope's name, in which `*` stands for any characters and `?` for any one.
  bool is_enabled = true;
  Severity minimum_severity = Severity::unspecified;  ///< Records of unspecified severity pass all the same.
  bool trace_based = false;                           ///< Records in a span that is not sampled are dropped.
};

struct LoggerProviderOptions {
  Resource resource = {};
  LogRecordLimits limits = {};
  std::vector<std::unique_ptr<LogRecordProcessor>> processors = {};
  std::vector<LoggerRule> loggers = {};
  /// Where log records are counted, as otel.sdk.log.created; null: nowhere. Needed during construction only.
  MeterProvider* meter_provider = nullptr;
};

class LoggerProvider {
 public:
  explicit LoggerProvider(LoggerProviderOptions options);
  ~LoggerProvider();  ///< Shuts down, allowing five seconds.
  LoggerProvider(const LoggerProvider&) = delete;
  LoggerProvider& operator=(const LoggerProvider&) = delete;

  /// The logger of that scope; the same one for the same arguments. Takes a lock.
  [[nodiscard]] Logger get_logger(std::string_view name, std::string_view scope_version = {},
                                  std::string_view schema_url = {}, Attributes attributes = {});

  /// Exports all that has been emitted. False if that was not done in time.
  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000)) noexcept;

  /// Flushes and turns its loggers off for good. False if not done in time.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) noexcept;

  [[nodiscard]] const Resource& resource() const noexcept;

  /// Makes this the provider behind sonde::get_logger(), for loggers already given out too.
  void set_as_global();

 private:
  friend Logger get_logger(std::string_view name, std::string_view scope_version, std::string_view schema_url,
                           Attributes attributes);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde
