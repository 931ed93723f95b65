#pragma once

// What is behind the simple processors of spans and of log records: every item is a request of its own,
// exported on the thread that recorded it, one at a time.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "sdk/fork.h"
#include "sdk/request_builder.h"
#include "sdk/request_delivery.h"

namespace sonde::detail {

/// All members are thread-safe.
class SimpleWorker {
 public:
  SimpleWorker(std::shared_ptr<RequestSink> sink, std::string component_name, const ItemNames& names,
               std::string_view component_type);

  /// Blocks as long as the exporter does, and while others export.
  void add(const ScopeCore& core, std::string_view otlp) noexcept;

  /// Waits for exports under way. False if that was not done by the deadline.
  bool force_flush(Deadline deadline) noexcept;
  /// Cancels exports under way, and waits for them.
  bool shutdown(Deadline deadline) noexcept;

  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  [[nodiscard]] const std::string& component_name() const noexcept { return component_name_; }

 private:
  struct State {
    State(std::shared_ptr<RequestSink> sink, const ItemNames& names) : delivery(std::move(sink), names) {}

    RequestDelivery delivery;
    RequestBuilder builder;
    std::mutex mutex;
    std::condition_variable idle;
    bool is_busy = false;  ///< Some thread has the delivery and the builder for itself.
    std::atomic<std::uint64_t> after_shutdown{0};
    std::atomic<std::uint64_t> suppressed{0};
  };

  [[nodiscard]] std::shared_ptr<State> state();
  static void export_one(State& state, const ScopeCore& core, std::string_view otlp) noexcept;

  const std::string component_name_;
  const ItemNames names_;
  const std::shared_ptr<RequestSink> sink_;
  std::atomic<bool> is_open_{true};
  ProcessLocal<State> state_;
};

}  // namespace sonde::detail
