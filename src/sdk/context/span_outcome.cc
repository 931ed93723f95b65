#include <exception>

#include "sdk/trace/span_record.h"
#include "sonde/traced.hpp"

namespace sonde::detail {
namespace {

void set_status_unless_set(SpanRecord& record, StatusCode code, std::string_view message = {}) noexcept {
  if (record.status_code == StatusCode::unset) set_status(record, code, message);
}

}  // namespace

void SpanOutcome::succeed(Span& span) noexcept {
  if (span.is_recording()) set_status_unless_set(*span.record_, StatusCode::ok);
}

void SpanOutcome::fail(Span& span) noexcept {
  if (!span.is_recording()) return;
  try {
    throw;
  } catch (const std::exception& exception) {
    span.record_exception(exception);
    set_status_unless_set(*span.record_, StatusCode::error, exception.what());
  } catch (...) {
    span.record_exception(std::current_exception());
    set_status_unless_set(*span.record_, StatusCode::error, "an exception that is no std::exception");
  }
}

void SpanOutcome::abandon(Span& span) noexcept {
  if (span.is_recording()) {
    set_status_unless_set(*span.record_, StatusCode::error, "the task was given up before its end");
  }
}

}  // namespace sonde::detail
