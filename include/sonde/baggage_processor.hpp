#pragma once

// Copies baggage to the attributes of every span and log record, so that they can be searched for what the
// whole request has in common:
//
//     options.processors.push_back(std::make_unique<sonde::BaggageSpanProcessor>(sonde::request_keys()));
//
// It stands before the processors that export. Baggage comes from other processes too, and attributes are
// kept: so nothing is copied that was not asked for.
//
// Source: specification, OpenTelemetry's baggage span processor (contrib).

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/log_record_processor.hpp"
#include "sonde/span_processor.hpp"

namespace sonde {

/// Says whether the entry of that key is copied. Called from any thread; must be quick and not throw.
using BaggageKeyPredicate = std::function<bool(std::string_view key)>;

/// The keys that most requests of LLM applications are looked for by: request_id, user.id and session.id.
[[nodiscard]] std::vector<std::string> request_keys();

/// An attribute that a span started with stays as it is.
class BaggageSpanProcessor final : public SpanProcessor {
 public:
  /// Copies the entries of these keys.
  explicit BaggageSpanProcessor(std::vector<std::string> keys);
  explicit BaggageSpanProcessor(BaggageKeyPredicate predicate);

  [[nodiscard]] Interest interest() const noexcept override { return {.on_start = true, .on_ending = false}; }
  void on_start(RecordingSpan& span, const Parent& parent) noexcept override;
  void on_end(const FinishedSpan& /*span*/) noexcept override {}
  bool force_flush(Deadline /*deadline*/) noexcept override { return true; }
  bool shutdown(Deadline /*deadline*/) noexcept override { return true; }

 private:
  BaggageKeyPredicate predicate_;
};

/// Does for log records what BaggageSpanProcessor does for spans.
class BaggageLogRecordProcessor final : public LogRecordProcessor {
 public:
  explicit BaggageLogRecordProcessor(std::vector<std::string> keys);
  explicit BaggageLogRecordProcessor(BaggageKeyPredicate predicate);

  /// It wants none for its own sake.
  [[nodiscard]] bool is_enabled(const InstrumentationScope& /*scope*/, const SpanContext* /*context*/,
                                Severity /*severity*/,
                                std::string_view /*event_name*/) const noexcept override {
    return false;
  }
  void on_emit(EmittedLogRecord& record, const Parent& context) noexcept override;
  bool force_flush(Deadline /*deadline*/) noexcept override { return true; }
  bool shutdown(Deadline /*deadline*/) noexcept override { return true; }

 private:
  BaggageKeyPredicate predicate_;
};

}  // namespace sonde
