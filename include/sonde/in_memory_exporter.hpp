#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/span_exporter.hpp"

namespace sonde {

/// Finished spans kept in memory, for tests of instrumentation. Shared between the exporter that fills it and
/// the test that looks; thread-safe.
///
///     auto memory = std::make_shared<sonde::InMemorySpans>();
///     auto telemetry = sonde::setup({.simple_processor = true,
///                                    .custom_exporter = sonde::make_in_memory_exporter(memory)});
class InMemorySpans {
 public:
  /// The spans so far in the order they ended, as OTLP's Span messages; look inside with SpanView.
  [[nodiscard]] std::vector<std::string> spans() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

  /// The span of that name that ended last, or an empty message.
  [[nodiscard]] std::string find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(spans_.rbegin(), spans_.rend(),
                                    [&](const std::string& span) { return SpanView(span).name() == name; });
    return found == spans_.rend() ? std::string() : *found;
  }

  void add(std::string_view otlp_span) {
    const std::lock_guard lock(mutex_);
    spans_.emplace_back(otlp_span);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    spans_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> spans_;
};

[[nodiscard]] std::unique_ptr<SpanExporter> make_in_memory_exporter(std::shared_ptr<InMemorySpans> spans);

}  // namespace sonde
