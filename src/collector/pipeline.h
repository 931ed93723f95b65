#pragma once

// What stands between senders and the store. For now receivers hand straight to the store; the Collector's
// configuration (receivers, processors, exporters by name) will build the same from a file.

#include <chrono>
#include <utility>

#include "collector/counters.h"
#include "collector/receivers/otlp.h"
#include "otlp/consumer.h"
#include "sonde/expected.hpp"

namespace sonde::collector {

struct PipelineOptions {
  OtlpReceiverOptions otlp_receiver;
};

struct Pipeline {
  /// `exporter` is the last of the pipeline, which keeps or sends on. Once started, the pipeline must be
  /// there until the exporter has answered all it was given, also after stop() ran out of time.
  Pipeline(PipelineOptions options, otlp::Consumer& exporter)
      : otlp_receiver(std::move(options.otlp_receiver), exporter, counters) {}

  [[nodiscard]] Expected<void> start() { return otlp_receiver.start(); }
  /// Once this returns nothing more reaches the exporter.
  void stop(std::chrono::milliseconds grace) { otlp_receiver.stop(grace); }

  Counters counters;
  OtlpReceiver otlp_receiver;
};

}  // namespace sonde::collector
