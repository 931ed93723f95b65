#include "sonde/pending_span_processor.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "otlp/writer.h"
#include "sdk/diagnostics.h"
#include "sdk/fork.h"
#include "sdk/trace/open_spans.h"
#include "sdk/trace/tracer_core.h"

namespace sonde {
namespace {

namespace fields = otlp::fields;

std::uint64_t steady_now() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::uint64_t nanoseconds(std::chrono::milliseconds time) noexcept {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
}

PendingSpanOptions sanitized(PendingSpanOptions options) noexcept {
  options.first_snapshot = std::max(options.first_snapshot, std::chrono::milliseconds(1));
  options.longest_interval = std::max(options.longest_interval, options.first_snapshot);
  return options;
}

/// A snapshot: the record as it stands, and what marks it as one.
void write_snapshot(const detail::SpanRecord& record, std::uint64_t time, std::string& out) {
  const std::array<Attribute, 2> mark = {
      {{"sonde.span.pending", true}, {"sonde.span.snapshot_time", static_cast<std::int64_t>(time)}}};
  const std::string_view bytes = record.bytes();
  const Attributes attributes{std::span<const Attribute>(mark)};
  out.resize(bytes.size() + otlp::key_values_size(fields::span::attributes, attributes));
  auto* const data = reinterpret_cast<std::uint8_t*>(out.data());
  otlp::write_key_values(otlp::write_bytes(data, bytes.data(), bytes.size()), fields::span::attributes,
                         attributes);
}

/// Of one process: the spans that run in it, and the thread that looks at them.
class Watcher {
 public:
  Watcher(SpanProcessor& next, const PendingSpanOptions& options, std::atomic<std::uint64_t>& snapshots)
      : next_(next),
        snapshots_(snapshots),
        tick_(std::max<std::chrono::nanoseconds>(options.first_snapshot / 10, std::chrono::milliseconds(1))),
        open_spans_(nanoseconds(options.first_snapshot), nanoseconds(options.longest_interval)) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::exception& failure) {
      detail::diagnose(std::string("no snapshots will be taken of running spans: no thread for it: ") +
                       failure.what());
    }
  }
  ~Watcher() { stop(); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void add(detail::SpanRecord& record) noexcept {
    if (!open_spans_.add(record, steady_now())) return;  // it will be seen when it ends
    if (!is_idle_.exchange(false)) return;
    const std::lock_guard lock(mutex_);
    wake_.notify_one();
  }

  void stop() noexcept {
    std::thread thread;
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
      wake_.notify_one();
      thread = std::exchange(thread_, std::thread());
    }
    if (thread.joinable()) thread.join();
  }

 private:
  void run() noexcept {
    bool has_spans = false;
    while (wait(has_spans)) {
      // Said before looking, so that a span which is added behind the look wakes the thread again.
      is_idle_.store(true);
      has_spans = look() != 0;
      if (has_spans) is_idle_.store(false);
    }
  }

  /// Until the next look; for the first span, if there is none. False if there is to be no other look.
  bool wait(bool has_spans) noexcept {
    std::unique_lock lock(mutex_);
    const auto is_awake = [this, has_spans] { return is_stopped_ || (!has_spans && !is_idle_.load()); };
    has_spans ? static_cast<void>(wake_.wait_for(lock, tick_, is_awake)) : wake_.wait(lock, is_awake);
    return !is_stopped_;
  }

  /// How many spans there are, as far as that is known.
  std::size_t look() noexcept {
    try {
      const std::uint64_t time = base::Clock::now();
      return open_spans_.look_at_due(
          steady_now(),
          [&](const detail::SpanRecord& record) noexcept {
            try {
              write_snapshot(record, time, snapshot_);
              core_ = record.core;
            } catch (const std::bad_alloc&) {
              core_ = nullptr;  // the next one may find memory
            }
          },
          [&] { pass_on(); });
    } catch (const std::bad_alloc&) {
      return 1;
    }
  }

  void pass_on() noexcept {
    if (core_ == nullptr) return;
    next_.on_end(FinishedSpan(*std::exchange(core_, nullptr), snapshot_));
    snapshots_.fetch_add(1, std::memory_order_relaxed);
    constexpr std::size_t most_kept_bytes = 1u << 20;
    if (snapshot_.capacity() > most_kept_bytes) std::string().swap(snapshot_);
  }

  SpanProcessor& next_;
  std::atomic<std::uint64_t>& snapshots_;
  const std::chrono::nanoseconds tick_;
  detail::OpenSpans open_spans_;

  // The thread's own: what was copied last, and whose it is.
  std::string snapshot_;
  const detail::TracerCore* core_ = nullptr;

  std::atomic<bool> is_idle_{false};
  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_;
  std::thread thread_;
  bool is_stopped_ = false;
};

}  // namespace

class PendingSpanProcessor::State {
 public:
  State(std::unique_ptr<SpanProcessor> next, const PendingSpanOptions& options)
      : options_(sanitized(options)), next_(std::move(next)), watcher_(make_watcher()) {}

  [[nodiscard]] SpanProcessor& next() noexcept { return *next_; }
  [[nodiscard]] std::uint64_t snapshots() const noexcept {
    return snapshots_.load(std::memory_order_relaxed);
  }

  void watch(detail::SpanRecord& record) noexcept {
    if (is_shut_down_.load(std::memory_order_relaxed) || record.watch != nullptr) return;
    try {
      watcher_.here([this] { return make_watcher(); }).add(record);
    } catch (const std::bad_alloc&) {
      return;  // it will be seen when it ends
    }
  }

  void stop() noexcept {
    is_shut_down_.store(true, std::memory_order_relaxed);
    if (const auto watcher = watcher_.get(); watcher != nullptr) watcher->stop();
  }

 private:
  std::shared_ptr<Watcher> make_watcher() { return std::make_shared<Watcher>(*next_, options_, snapshots_); }

  const PendingSpanOptions options_;
  const std::unique_ptr<SpanProcessor> next_;
  std::atomic<std::uint64_t> snapshots_{0};
  std::atomic<bool> is_shut_down_{false};
  detail::ProcessLocal<Watcher> watcher_;
};

PendingSpanProcessor::PendingSpanProcessor(std::unique_ptr<SpanProcessor> next,
                                           const PendingSpanOptions& options)
    : state_(std::make_unique<State>(std::move(next), options)) {}

PendingSpanProcessor::~PendingSpanProcessor() { state_->stop(); }

SpanProcessor::Interest PendingSpanProcessor::interest() const noexcept {
  return {.on_start = true, .on_ending = state_->next().interest().on_ending};
}

void PendingSpanProcessor::on_start(RecordingSpan& span, const Parent& parent) noexcept {
  if (span.is_sampled()) state_->watch(span.record());
  state_->next().on_start(span, parent);
}

void PendingSpanProcessor::on_ending(RecordingSpan& span) noexcept { state_->next().on_ending(span); }

void PendingSpanProcessor::on_end(const FinishedSpan& span) noexcept { state_->next().on_end(span); }

bool PendingSpanProcessor::force_flush(Deadline deadline) noexcept {
  return state_->next().force_flush(deadline);
}

bool PendingSpanProcessor::shutdown(Deadline deadline) noexcept {
  state_->stop();
  return state_->next().shutdown(deadline);
}

std::uint64_t PendingSpanProcessor::snapshots() const noexcept { return state_->snapshots(); }

}  // namespace sonde
