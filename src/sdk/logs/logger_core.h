#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sdk/scope_core.h"
#include "sonde/instruments.hpp"
#include "sonde/logger_provider.hpp"

namespace sonde::detail {

/// What a provider's log records go through.
struct LoggerPipeline {
  ResourceCore resource;
  LogRecordLimits limits;
  std::vector<LoggerRule> scope_rules;
  std::vector<std::unique_ptr<LogRecordProcessor>> processors;
  BoundCounter<std::int64_t> created;  ///< Records nothing if log records are not counted.
};

struct LoggerCore : ScopeCore {
  LoggerCore(LoggerPipeline& logger_pipeline, const ScopeKey& scope_key)
      : ScopeCore(logger_pipeline.resource, scope_key), pipeline(&logger_pipeline) {
    if (const LoggerRule* const rule = find_rule(pipeline->scope_rules, key.name); rule != nullptr) {
      minimum_severity = rule->minimum_severity;
      trace_based = rule->trace_based;
    }
  }

  /// Whether the rules let such a record of that span, or null, through.
  [[nodiscard]] bool lets_through(Severity severity, const SpanContext* context) const noexcept {
    if (severity < minimum_severity && severity != Severity::unspecified) return false;
    return !trace_based || context == nullptr || context->is_sampled();
  }

  LoggerPipeline* pipeline;
  Severity minimum_severity = Severity::unspecified;
  bool trace_based = false;
  LoggerSlot slot;  ///< What the provider's own loggers point at.
};

}  // namespace sonde::detail
