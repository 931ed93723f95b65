#pragma once

// What happens to log records between a logger and the network. Processors see a record in their order, and
// may read and change it; the last of them usually exports it, in batches or at once.
//
// Source: specification logs/sdk.md, LogRecordProcessor.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sonde/batch_options.hpp"
#include "sonde/log_record.hpp"
#include "sonde/log_record_exporter.hpp"
#include "sonde/processor_statistics.hpp"
#include "sonde/resource.hpp"

namespace sonde {

namespace detail {
class BatchWorker;
class SimpleWorker;
struct LoggerCore;
struct LogRecordBuffer;
}  // namespace detail

/// A log record on its way, the specification's ReadWriteLogRecord. Itself a view, valid during the call;
/// what view() and otlp() give is valid until the record is changed. If there is no memory for a change, the
/// record stays as it is.
class EmittedLogRecord {
 public:
  explicit EmittedLogRecord(detail::LogRecordBuffer& buffer) noexcept : buffer_(&buffer) {}
  EmittedLogRecord(const EmittedLogRecord&) = delete;
  EmittedLogRecord& operator=(const EmittedLogRecord&) = delete;

  [[nodiscard]] LogRecordView view() const noexcept { return LogRecordView(otlp()); }
  /// The bytes of OTLP's LogRecord message.
  [[nodiscard]] std::string_view otlp() const noexcept;
  [[nodiscard]] InstrumentationScope scope() const noexcept;
  [[nodiscard]] const Resource& resource() const noexcept;
  [[nodiscard]] const detail::LoggerCore& core() const noexcept;

  void set_time(std::uint64_t time) noexcept;           ///< 0: not known.
  void set_observed_time(std::uint64_t time) noexcept;  ///< Nanoseconds since the Unix epoch.
  void set_severity(Severity severity) noexcept;
  void set_severity_text(std::string_view text) noexcept;
  void set_body(const AttributeValue& body) noexcept;
  void set_event_name(std::string_view name) noexcept;
  /// The span it belongs to; an invalid context: none.
  void set_span_context(const SpanContext& context) noexcept;
  /// Sets or replaces it. Beyond the limits it is counted as dropped.
  void set_attribute(std::string_view key, const AttributeValue& value) noexcept;
  /// Does nothing if there is none of that key.
  void remove_attribute(std::string_view key) noexcept;

 private:
  detail::LogRecordBuffer* buffer_;
};

/// All members are thread-safe and never throw.
class LogRecordProcessor {
 public:
  virtual ~LogRecordProcessor() = default;

  /// Whether it would do something with such a record; a logger that no processor wants anything of says that
  /// it is not enabled. Records reach on_emit() all the same. `context` is the span's, or null.
  [[nodiscard]] virtual bool is_enabled(const InstrumentationScope& /*scope*/, const SpanContext* /*context*/,
                                        Severity /*severity*/,
                                        std::string_view /*event_name*/) const noexcept {
    return true;
  }

  /// A record was emitted, on the calling thread. Must be quick. What it changes, later processors see.
  virtual void on_emit(EmittedLogRecord& record, const Parent& context) noexcept = 0;

  /// Exports what was emitted so far. False if that was not done by the deadline.
  virtual bool force_flush(Deadline deadline) noexcept = 0;

  /// Flushes, then gives up everything; records that come later are dropped and counted. Once; later calls do
  /// nothing.
  virtual bool shutdown(Deadline deadline) noexcept = 0;

 protected:
  LogRecordProcessor() = default;
  LogRecordProcessor(const LogRecordProcessor&) = default;
  LogRecordProcessor& operator=(const LogRecordProcessor&) = default;
};

/// Does for log records what BatchSpanProcessor does for spans.
class BatchLogRecordProcessor final : public LogRecordProcessor {
 public:
  explicit BatchLogRecordProcessor(std::unique_ptr<LogRecordExporter> exporter,
                                   const BatchOptions& options = default_log_record_batch());
  ~BatchLogRecordProcessor() override;  ///< Shuts down, allowing five seconds.

  void on_emit(EmittedLogRecord& record, const Parent& context) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  /// Returns at the latest a tenth of a second after the deadline, even if the exporter hangs.
  bool shutdown(Deadline deadline) noexcept override;

  /// Takes a lock.
  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  /// As in BatchOptions, or batching_log_processor/0 and so on.
  [[nodiscard]] std::string_view component_name() const noexcept;

 private:
  std::unique_ptr<detail::BatchWorker> worker_;
};

/// Exports every log record as it is emitted, on the thread that emits it.
class SimpleLogRecordProcessor final : public LogRecordProcessor {
 public:
  explicit SimpleLogRecordProcessor(std::unique_ptr<LogRecordExporter> exporter,
                                    std::string component_name = {});
  ~SimpleLogRecordProcessor() override;

  void on_emit(EmittedLogRecord& record, const Parent& context) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  /// As given, or simple_log_processor/0 and so on.
  [[nodiscard]] std::string_view component_name() const noexcept;

 private:
  std::unique_ptr<detail::SimpleWorker> worker_;
};

}  // namespace sonde
