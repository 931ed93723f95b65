// A thread that collects and exports: when the interval has passed, somebody asks for a flush, or for the
// last time. It holds on to all it uses, so that it can be left behind if an exporter does not return.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "sdk/diagnostics.h"
#include "sdk/fork.h"
#include "sdk/metrics/meter_core.h"
#include "sonde/metric_reader.hpp"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

PeriodicReaderOptions bounded(PeriodicReaderOptions options) {
  constexpr milliseconds longest = std::chrono::hours(24 * 365);  // a deadline must not overflow
  options.interval = std::clamp(options.interval, milliseconds(1), longest);
  options.timeout = std::clamp(options.timeout, milliseconds(0), longest);
  options.request.data_points = std::max<std::size_t>(options.request.data_points, 1);
  return options;
}

/// The thread of one reader in one process. Thread-safe.
class PeriodicLoop : public std::enable_shared_from_this<PeriodicLoop> {
 public:
  PeriodicLoop(std::shared_ptr<MetricExporter> exporter, const PeriodicReaderOptions& options,
               std::shared_ptr<detail::MetricCollector> collector) noexcept
      : exporter_(std::move(exporter)), options_(options), collector_(std::move(collector)) {}

  void start() noexcept {
    const std::lock_guard lock(mutex_);
    try {
      next_collection_ = steady_clock::now() + options_.interval;
      thread_ = std::thread([self = shared_from_this()] { self->run(); });
      has_finished_ = false;
    } catch (const std::exception& failure) {
      detail::diagnose(std::string("metrics will not be exported: no thread to do it: ") + failure.what());
    }
  }

  bool force_flush(Deadline deadline) noexcept {
    std::unique_lock lock(mutex_);
    if (has_finished_) return true;
    const std::uint64_t ticket = ++flushes_asked_;
    wake_thread_.notify_one();
    const bool in_time =
        round_done_.wait_until(lock, deadline, [&] { return flushes_done_ >= ticket || has_finished_; });
    return in_time && was_delivered_;
  }

  bool shutdown(Deadline deadline) noexcept {
    std::unique_lock lock(mutex_);
    if (!std::exchange(is_shut_down_, true)) shutdown_deadline_ = deadline;
    wake_thread_.notify_one();
    const auto has_finished = [this] { return has_finished_; };
    const bool in_time = round_done_.wait_until(lock, deadline, has_finished);
    if (!in_time) {
      // The exporter or a callback is stuck. The exporter is told to give up; if that does not help, the
      // thread is left behind.
      exporter_->cancel();
      round_done_.wait_for(lock, milliseconds(100), has_finished);
    }
    std::thread thread = std::exchange(thread_, std::thread());
    const bool may_join = has_finished_ && thread.get_id() != std::this_thread::get_id();
    const bool was_delivered = was_delivered_;
    lock.unlock();
    if (thread.joinable()) may_join ? thread.join() : thread.detach();
    return in_time && was_delivered;
  }

  [[nodiscard]] std::uint64_t exported() const noexcept { return exported_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t in_flight() const noexcept {
    return in_flight_.load(std::memory_order_relaxed);
  }

 private:
  void run() noexcept {
    for (bool is_last = false; !is_last;) {
      std::unique_lock lock(mutex_);
      wake_thread_.wait_until(lock, next_collection_,
                              [this] { return flushes_asked_ > flushes_done_ || is_shut_down_; });
      is_last = is_shut_down_;
      const std::uint64_t flushes = flushes_asked_;
      // A late collection does not make the next ones late.
      for (const auto now = steady_clock::now(); next_collection_ <= now;) {
        next_collection_ += std::max(options_.interval, milliseconds(1)) *
                            std::max<std::int64_t>(1, (now - next_collection_) / options_.interval);
      }
      lock.unlock();
      const bool was_delivered = collect_and_export();
      lock.lock();
      was_delivered_ = was_delivered;
      flushes_done_ = flushes;
      has_finished_ = is_last;
      round_done_.notify_all();
    }
  }

  [[nodiscard]] Deadline export_deadline() noexcept {
    const Deadline deadline = steady_clock::now() + options_.timeout;
    const std::lock_guard lock(mutex_);
    return is_shut_down_ ? std::min(deadline, shutdown_deadline_) : deadline;
  }

  bool collect_and_export() noexcept {
    bool were_delivered = true;
    const auto requests = collector_->collect(options_.request);
    const Deadline deadline = export_deadline();
    for (const MetricRequest& request : requests) {
      in_flight_.store(request.data_points, std::memory_order_relaxed);
      ExportResult result{.delivered = false, .message = "no time was left"};
      if (steady_clock::now() < deadline) result = exporter_->export_batch(request.batch(), deadline);
      were_delivered = were_delivered && result.delivered;
      const std::uint64_t lost = result.delivered
                                     ? std::min<std::uint64_t>(result.rejected, request.data_points)
                                     : request.data_points;
      exported_.fetch_add(request.data_points - lost, std::memory_order_relaxed);
      dropped_.fetch_add(lost, std::memory_order_relaxed);
      in_flight_.store(0, std::memory_order_relaxed);
      if (lost != 0) report(lost, result.message);
    }
    return were_delivered;
  }

  static void report(std::uint64_t lost, const std::string& why) noexcept {
    try {
      detail::diagnose(std::to_string(lost) + " metric data points were not delivered" +
                       (why.empty() ? "" : ": " + why));
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  const std::shared_ptr<MetricExporter> exporter_;
  const PeriodicReaderOptions options_;
  const std::shared_ptr<detail::MetricCollector> collector_;
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> in_flight_{0};

  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_thread_;
  std::condition_variable round_done_;
  std::thread thread_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  Deadline next_collection_;
  Deadline shutdown_deadline_;
  bool is_shut_down_ = false;
  bool has_finished_ = true;   ///< The thread; or it was never started.
  bool was_delivered_ = true;  ///< What was collected last.
};

}  // namespace

class PeriodicMetricReader::State {
 public:
  State(std::unique_ptr<MetricExporter> metric_exporter, const PeriodicReaderOptions& reader_options)
      : exporter(std::move(metric_exporter)), options(bounded(reader_options)) {}

  /// This process's loop, or null.
  [[nodiscard]] std::shared_ptr<PeriodicLoop> loop() const noexcept {
    return loop_ == nullptr ? nullptr : loop_->get();
  }

  void start_loop(const std::shared_ptr<detail::MetricCollector>& collector) {
    const auto make = [&] {
      auto made = std::make_shared<PeriodicLoop>(exporter, options, collector);
      if (!is_shut_down.load()) made->start();
      return made;
    };
    if (loop_ == nullptr) {
      loop_ = std::make_unique<detail::ProcessLocal<PeriodicLoop>>(make());
    } else {
      static_cast<void>(loop_->get_or_make([&] {
        exporter->after_fork();
        return make();
      }));
    }
  }

  const std::shared_ptr<MetricExporter> exporter;
  const PeriodicReaderOptions options;
  std::atomic<bool> is_shut_down{false};

 private:
  std::unique_ptr<detail::ProcessLocal<PeriodicLoop>> loop_;  ///< Made when the provider takes the reader on.
};

PeriodicMetricReader::PeriodicMetricReader(std::unique_ptr<MetricExporter> exporter,
                                           const PeriodicReaderOptions& options)
    : state_(std::make_unique<State>(std::move(exporter), options)) {}

PeriodicMetricReader::~PeriodicMetricReader() { shutdown(steady_clock::now() + state_->options.timeout); }

AggregationTemporality PeriodicMetricReader::temporality(InstrumentKind kind) const noexcept {
  return state_->exporter->temporality(kind);
}

Aggregation PeriodicMetricReader::default_aggregation(InstrumentKind kind) const {
  return state_->exporter->default_aggregation(kind);
}

void PeriodicMetricReader::on_attached() noexcept {
  try {
    state_->start_loop(collector());
  } catch (const std::bad_alloc&) {
    detail::diagnose("metrics will not be exported: out of memory");
  }
}

bool PeriodicMetricReader::force_flush(Deadline deadline) noexcept {
  detail::resume_after_fork();
  const auto loop = state_->loop();
  return loop == nullptr || loop->force_flush(deadline);
}

bool PeriodicMetricReader::shutdown(Deadline deadline) noexcept {
  if (state_->is_shut_down.exchange(true)) return true;
  const auto loop = state_->loop();
  return loop == nullptr || loop->shutdown(deadline);
}

std::uint64_t PeriodicMetricReader::exported() const noexcept {
  const auto loop = state_->loop();
  return loop == nullptr ? 0 : loop->exported();
}

std::uint64_t PeriodicMetricReader::dropped() const noexcept {
  const auto loop = state_->loop();
  return loop == nullptr ? 0 : loop->dropped();
}

std::uint64_t PeriodicMetricReader::in_flight() const noexcept {
  const auto loop = state_->loop();
  return loop == nullptr ? 0 : loop->in_flight();
}

}  // namespace sonde
