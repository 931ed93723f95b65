#pragma once

// What stands behind the public handles. A provider has one Pipeline; each of its tracers has one TracerCore,
// with the scope's bytes encoded once. Both are immortal: a span may end after its provider is gone, so what
// its record points at is never freed. There are as many as (provider, scope) pairs, and they stay reachable
// from a list, so leak checkers see them for what they are.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sonde/resource.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::detail {

struct Pipeline {
  Resource resource;
  std::string encoded_resource;  ///< The field `resource` of a ResourceSpans, tag and length included.
  SpanLimits limits;
  std::vector<std::unique_ptr<SpanProcessor>> processors;
};

struct TracerCore {
  Pipeline* pipeline = nullptr;
  std::string name;
  std::string version;
  std::string schema_url;
  std::string encoded_scope;       ///< The field `scope` of a ScopeSpans.
  std::string encoded_schema_url;  ///< The field `schema_url` of a ScopeSpans, or nothing.
  TracerSlot slot;                 ///< What the provider's own tracers point at.
};

}  // namespace sonde::detail
