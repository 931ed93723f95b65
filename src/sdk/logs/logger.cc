#include "sonde/logger.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <typeinfo>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/logs/log_record_buffer.h"
#include "sdk/logs/logger_core.h"
#include "sdk/type_name.h"

namespace sonde::detail {
namespace {

const SpanContext* span_context(const Parent& context) noexcept {
  const SpanContext* const found = context.resolve();
  return found != nullptr && found->is_valid() ? found : nullptr;
}

void emit_encodable(LoggerCore& core, const LogRecord& record, const SpanContext* context) noexcept {
  LogRecordBuffer* const buffer = acquire_log_record_buffer();
  if (buffer == nullptr || !buffer->write(core, record, context)) {
    diagnose("a log record was lost: it is too large, or there is no memory for it");
  } else {
    EmittedLogRecord emitted(*buffer);
    for (const auto& processor : core.pipeline->processors) processor->on_emit(emitted, record.context);
  }
  if (buffer != nullptr) release_log_record_buffer(buffer);
}

/// The same with the exception as attributes; those given win.
void emit_exception(LoggerCore& core, LogRecord record, const SpanContext* context) noexcept {
  try {
    const std::string type = type_name(typeid(*record.exception));
    std::vector<Attribute> all = {{"exception.type", type}, {"exception.message", record.exception->what()}};
    all.insert(all.end(), record.attributes.begin(), record.attributes.end());  // the last of a key counts
    record.attributes = Attributes(all);
    emit_encodable(core, record, context);
  } catch (const std::bad_alloc&) {
    emit_encodable(core, record, context);
  }
}

}  // namespace

void LogEmitter::emit(LoggerCore& core, const LogRecord& record) noexcept {
  const SpanContext* const context = span_context(record.context);
  if (core.pipeline->processors.empty() || !core.lets_through(record.severity, context)) return;
  core.pipeline->created.add(1);
  if (record.exception != nullptr) return emit_exception(core, record, context);
  emit_encodable(core, record, context);
}

bool LogEmitter::is_enabled(const LoggerCore& core, Severity severity, std::string_view event_name,
                            const Parent& parent) noexcept {
  const SpanContext* const context = span_context(parent);
  if (!core.lets_through(severity, context)) return false;
  const auto& processors = core.pipeline->processors;
  return std::any_of(processors.begin(), processors.end(), [&](const auto& processor) {
    return processor->is_enabled(core.scope(), context, severity, event_name);
  });
}

}  // namespace sonde::detail
