#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sonde/in_memory_exporter.hpp"
#include "sonde/logger_provider.hpp"

namespace sonde::test {

/// A provider whose log records can be looked at.
struct TestLogging {
  explicit TestLogging(LoggerProviderOptions options = {}) {
    options.resource = Resource({{"service.name", std::string("test")}});
    options.processors.push_back(std::make_unique<SimpleLogRecordProcessor>(make_in_memory_exporter(memory)));
    provider = std::make_unique<LoggerProvider>(std::move(options));
    logger = provider->get_logger("test", "1.0", "https://schema", {{"scope.key", true}});
  }

  /// Emits, and gives what was exported.
  std::string emit(const LogRecord& record) const {
    logger.emit(record);
    const auto records = memory->log_records();
    return records.empty() ? std::string() : records.back();
  }

  std::shared_ptr<InMemoryLogRecords> memory = std::make_shared<InMemoryLogRecords>();
  std::unique_ptr<LoggerProvider> provider;
  Logger logger;
};

}  // namespace sonde::test
