#pragma once

#include <memory>

#include "genai/operation_metrics.h"
#include "sonde/genai/instrumentation.hpp"
#include "sonde/logger.hpp"
#include "sonde/tracer.hpp"

namespace sonde::genai {

/// What an Instrumentation hands to the operations that begin under it. Immutable, so that options may be
/// changed while operations are under way.
struct Instrumentation::State {
  explicit State(InstrumentationOptions given);

  InstrumentationOptions options;  ///< `capture` and `profiles` are set.
  Tracer tracer;
  Logger logger;
  detail::OperationMetrics metrics;
  bool exceptions_on_spans = true;  ///< OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN
  bool exceptions_as_events = false;

  [[nodiscard]] bool captures_on_spans() const noexcept {
    return *options.capture == ContentCapture::span || *options.capture == ContentCapture::span_and_event;
  }
  [[nodiscard]] bool captures_on_events() const noexcept {
    return *options.capture == ContentCapture::event || *options.capture == ContentCapture::span_and_event;
  }
};

}  // namespace sonde::genai
