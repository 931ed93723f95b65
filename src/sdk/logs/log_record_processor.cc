#include "sonde/log_record_processor.hpp"

#include <utility>

#include "sdk/batch_worker.h"
#include "sdk/logs/log_record_buffer.h"
#include "sdk/logs/logger_core.h"
#include "sdk/simple_worker.h"

namespace sonde {
namespace {

namespace fields = otlp::fields::log_record;

constexpr detail::ItemNames log_record_names = {.items = "log records",
                                                .queue_size_variable = "OTEL_BLRP_MAX_QUEUE_SIZE"};

}  // namespace

std::string_view EmittedLogRecord::otlp() const noexcept { return buffer_->bytes(); }
InstrumentationScope EmittedLogRecord::scope() const noexcept { return core().scope(); }
const Resource& EmittedLogRecord::resource() const noexcept { return core().resource->resource; }
const detail::LoggerCore& EmittedLogRecord::core() const noexcept { return *buffer_->core; }

void EmittedLogRecord::set_time(std::uint64_t time) noexcept {
  buffer_->set_fixed64(fields::time_unix_nano, time);
}
void EmittedLogRecord::set_observed_time(std::uint64_t time) noexcept {
  buffer_->set_fixed64(fields::observed_time_unix_nano, time);
}
void EmittedLogRecord::set_severity(Severity severity) noexcept {
  buffer_->set_varint(fields::severity_number, static_cast<std::uint64_t>(severity));
}
void EmittedLogRecord::set_severity_text(std::string_view text) noexcept {
  buffer_->set_text(fields::severity_text, text);
}
void EmittedLogRecord::set_body(const AttributeValue& body) noexcept { buffer_->set_body(body); }
void EmittedLogRecord::set_event_name(std::string_view name) noexcept {
  buffer_->set_text(fields::event_name, name);
}
void EmittedLogRecord::set_span_context(const SpanContext& context) noexcept {
  buffer_->set_span_context(context);
}
void EmittedLogRecord::set_attribute(std::string_view key, const AttributeValue& value) noexcept {
  buffer_->set_attribute(key, value);
}
void EmittedLogRecord::remove_attribute(std::string_view key) noexcept { buffer_->remove_attribute(key); }

BatchLogRecordProcessor::BatchLogRecordProcessor(std::unique_ptr<LogRecordExporter> exporter,
                                                 const BatchOptions& options)
    : worker_(std::make_unique<detail::BatchWorker>(detail::make_sink(std::move(exporter)), options,
                                                    log_record_names, "batching_log_processor")) {}
BatchLogRecordProcessor::~BatchLogRecordProcessor() = default;

void BatchLogRecordProcessor::on_emit(EmittedLogRecord& record, const Parent& /*context*/) noexcept {
  worker_->add(record.core(), record.otlp());
}
bool BatchLogRecordProcessor::force_flush(Deadline deadline) noexcept {
  return worker_->force_flush(deadline);
}
bool BatchLogRecordProcessor::shutdown(Deadline deadline) noexcept { return worker_->shutdown(deadline); }
ProcessorStatistics BatchLogRecordProcessor::statistics() const noexcept { return worker_->statistics(); }
std::string_view BatchLogRecordProcessor::component_name() const noexcept {
  return worker_->component_name();
}

SimpleLogRecordProcessor::SimpleLogRecordProcessor(std::unique_ptr<LogRecordExporter> exporter,
                                                   std::string component_name)
    : worker_(std::make_unique<detail::SimpleWorker>(detail::make_sink(std::move(exporter)),
                                                     std::move(component_name), log_record_names,
                                                     "simple_log_processor")) {}
SimpleLogRecordProcessor::~SimpleLogRecordProcessor() = default;

void SimpleLogRecordProcessor::on_emit(EmittedLogRecord& record, const Parent& /*context*/) noexcept {
  worker_->add(record.core(), record.otlp());
}
bool SimpleLogRecordProcessor::force_flush(Deadline deadline) noexcept {
  return worker_->force_flush(deadline);
}
bool SimpleLogRecordProcessor::shutdown(Deadline deadline) noexcept { return worker_->shutdown(deadline); }
ProcessorStatistics SimpleLogRecordProcessor::statistics() const noexcept { return worker_->statistics(); }
std::string_view SimpleLogRecordProcessor::component_name() const noexcept {
  return worker_->component_name();
}

}  // namespace sonde
