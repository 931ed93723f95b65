#pragma once

// Exporters for tests of instrumentation: what arrives is kept in memory, shared between the exporter that
// fills it and the test that looks.
//
//     auto memory = std::make_shared<sonde::InMemorySpans>();
//     auto telemetry = sonde::setup({.simple_processor = true,
//                                    .custom_exporter = sonde::make_in_memory_exporter(memory)});

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/log_record_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

/// Encoded items, in the order they were exported; look inside with View. Thread-safe.
template <class View>
class InMemoryItems {
 public:
  [[nodiscard]] std::vector<std::string> items() const {
    const std::lock_guard lock(mutex_);
    return items_;
  }

  /// The last item of which is_wanted(View) is true, or an empty message.
  template <class IsWanted>
  [[nodiscard]] std::string find_last(IsWanted is_wanted) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(items_.rbegin(), items_.rend(),
                                    [&](const std::string& item) { return is_wanted(View(item)); });
    return found == items_.rend() ? std::string() : *found;
  }

  void add(std::string_view otlp_item) {
    const std::lock_guard lock(mutex_);
    items_.emplace_back(otlp_item);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    items_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> items_;
};

class InMemorySpans : public InMemoryItems<SpanView> {
 public:
  /// The spans so far in the order they ended, as OTLP's Span messages.
  [[nodiscard]] std::vector<std::string> spans() const { return items(); }

  /// The span of that name that ended last, or an empty message.
  [[nodiscard]] std::string find(std::string_view name) const {
    return find_last([&](const SpanView& span) { return span.name() == name; });
  }
};

class InMemoryLogRecords : public InMemoryItems<LogRecordView> {
 public:
  /// The log records so far in the order they were emitted, as OTLP's LogRecord messages.
  [[nodiscard]] std::vector<std::string> log_records() const { return items(); }

  /// The last one whose body is that text, or an empty message.
  [[nodiscard]] std::string find(std::string_view body) const {
    return find_last([&](const LogRecordView& record) { return record.body().as_string() == body; });
  }
};

[[nodiscard]] std::unique_ptr<SpanExporter> make_in_memory_exporter(std::shared_ptr<InMemorySpans> spans);
[[nodiscard]] std::unique_ptr<LogRecordExporter> make_in_memory_exporter(
    std::shared_ptr<InMemoryLogRecords> log_records);

}  // namespace sonde
