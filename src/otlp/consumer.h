#pragma once

// The arrow of the pipeline: whatever takes a batch from the component before it. Receivers hold the first
// consumer, processors are consumers that hold the next, exporters and the store are the last.
//
// A batch is handed over with a callback that is called exactly once, from any thread, when the batch is as
// safe as this pipeline makes it (for the store: on disk). A receiver answers its client from that callback
// and from nowhere else, which is how "acknowledged" comes to mean "durable".

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "otlp/model.h"
#include "sonde/expected.hpp"

namespace sonde::otlp {

/// What became of an accepted batch: OTLP's partial success.
struct Receipt {
  std::int64_t rejected = 0;  ///< Spans, log records or data points that were refused for good.
  std::string message;        ///< Why; or, with nothing rejected, a warning for the sender.
};

/// Error codes decide the protocol's answer: unavailable and deadline_exceeded are retryable, the others are
/// not.
using Done = std::function<void(Expected<Receipt>)>;

class Consumer {
 public:
  virtual ~Consumer() = default;

  /// Takes a batch. Never blocks on I/O: when full it calls `done` with ErrorCode::unavailable at once.
  /// Thread-safe.
  virtual void consume(std::shared_ptr<const TraceBatch> batch, Done done) = 0;
  virtual void consume(std::shared_ptr<const LogBatch> batch, Done done) = 0;
  virtual void consume(std::shared_ptr<const MetricBatch> batch, Done done) = 0;

 protected:
  Consumer() = default;
  Consumer(const Consumer&) = default;
  Consumer& operator=(const Consumer&) = default;
};

}  // namespace sonde::otlp
