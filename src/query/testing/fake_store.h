#pragma once

// A store for the tests of this folder: answers what it was given, remembers what it was asked.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace sonde::query {

class FakeStore final : public store::Store {
 public:
  // What to answer.
  std::vector<store::TraceSummary>
      summaries;  ///< Newest first; find_traces() heeds `after` and `limit` alone.
  std::map<TraceId, std::shared_ptr<const otlp::TraceBatch>> traces;
  std::vector<std::string> service_names;
  std::vector<store::Operation> operations_of_any_service;
  std::shared_ptr<const otlp::LogBatch> logs = std::make_shared<otlp::LogBatch>();
  std::vector<store::MetricSummary> metric_summaries;
  std::shared_ptr<const otlp::MetricBatch> points = std::make_shared<otlp::MetricBatch>();
  store::Totals held;
  std::optional<Error> failure;  ///< Instead of any answer.

  // What was asked last.
  [[nodiscard]] store::TraceFilter trace_filter() const { return locked(trace_filter_); }
  [[nodiscard]] store::LogFilter log_filter() const { return locked(log_filter_); }
  [[nodiscard]] std::string name() const { return locked(name_); }

  void consume(std::shared_ptr<const otlp::TraceBatch>, otlp::Done done) override { done(otlp::Receipt{}); }
  void consume(std::shared_ptr<const otlp::LogBatch>, otlp::Done done) override { done(otlp::Receipt{}); }
  void consume(std::shared_ptr<const otlp::MetricBatch>, otlp::Done done) override { done(otlp::Receipt{}); }

  Expected<std::vector<store::TraceSummary>> find_traces(const store::TraceFilter& filter) override {
    const std::lock_guard lock(mutex_);
    trace_filter_ = filter;
    if (failure) return *failure;
    std::vector<store::TraceSummary> found;
    bool is_after = !filter.after;
    for (const store::TraceSummary& summary : summaries) {
      if (is_after && found.size() < filter.limit) found.push_back(summary);
      is_after = is_after || summary.trace_id == filter.after->second;
    }
    return found;
  }

  Expected<std::shared_ptr<const otlp::TraceBatch>> trace(const TraceId& id) override {
    if (failure) return *failure;
    const auto found = traces.find(id);
    if (found == traces.end()) return Error{ErrorCode::not_found, "no trace " + id.to_hex()};
    return found->second;
  }

  Expected<std::vector<std::string>> services() override { return answer(service_names); }

  Expected<std::vector<store::Operation>> operations(const std::string& service) override {
    remember(service);
    return answer(operations_of_any_service);
  }

  Expected<std::shared_ptr<const otlp::LogBatch>> find_logs(const store::LogFilter& filter) override {
    const std::lock_guard lock(mutex_);
    log_filter_ = filter;
    if (failure) return *failure;
    return logs;
  }

  Expected<std::vector<store::MetricSummary>> metrics() override { return answer(metric_summaries); }

  Expected<std::shared_ptr<const otlp::MetricBatch>> metric(const std::string& name, std::size_t) override {
    remember(name);
    if (!failure && points->items.empty()) return Error{ErrorCode::not_found, "no metric " + name};
    return answer(points);
  }

  Expected<store::Totals> totals() override { return answer(held); }
  void close() override {}

 private:
  template <class T>
  Expected<T> answer(const T& value) const {
    if (failure) return *failure;
    return value;
  }
  template <class T>
  T locked(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }
  void remember(const std::string& name) {
    const std::lock_guard lock(mutex_);
    name_ = name;
  }

  mutable std::mutex mutex_;
  store::TraceFilter trace_filter_;
  store::LogFilter log_filter_;
  std::string name_;
};

}  // namespace sonde::query
