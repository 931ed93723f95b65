#pragma once

// Source: specification trace/sdk.md, Id Generators.

#include "sonde/ids.hpp"

namespace sonde {

/// Makes the ids of traces and spans, for formats that put something into them. Without one they are random.
/// All members are thread-safe and never throw or block; ids must be valid.
class IdGenerator {
 public:
  virtual ~IdGenerator() = default;

  [[nodiscard]] virtual TraceId generate_trace_id() noexcept = 0;
  [[nodiscard]] virtual SpanId generate_span_id() noexcept = 0;

  /// Whether the last 7 bytes of every trace id are random, as W3C Trace Context level 2 has it; traces then
  /// carry the flag that says so.
  [[nodiscard]] virtual bool is_random() const noexcept { return false; }

 protected:
  IdGenerator() = default;
  IdGenerator(const IdGenerator&) = default;
  IdGenerator& operator=(const IdGenerator&) = default;
};

}  // namespace sonde
