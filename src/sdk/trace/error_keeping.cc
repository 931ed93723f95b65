#include "sonde/error_keeping.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sdk/fork.h"
#include "sdk/record_queue.h"
#include "sdk/trace/tracer_core.h"

namespace sonde {
namespace {

/// What is held back of one trace.
struct LocalPart {
  struct Entry {
    const detail::TracerCore* core;
    std::size_t size;
  };
  std::size_t open = 0;  ///< Spans that have started and not ended.
  bool has_failed = false;
  std::vector<Entry> entries;
  std::string bytes;  ///< Of the entries, one behind the other.
};

/// Traces are spread over these by their ids, so that threads seldom meet.
struct Shard {
  std::mutex mutex;
  std::unordered_map<TraceId, LocalPart> parts;
};

/// What one process holds back. What its parent held back when it was forked is the parent's to pass on.
class HeldSpans {
 public:
  HeldSpans(SpanProcessor& next, const ErrorKeepingOptions& options)
      : next_(next), budget_(options.max_bytes) {}

  void on_start(const TraceId& trace_id) noexcept {
    Shard& shard = shard_of(trace_id);
    const std::lock_guard lock(shard.mutex);
    try {
      ++shard.parts[trace_id].open;
    } catch (const std::bad_alloc&) {
      return;  // the span will be on its own
    }
  }

  void on_end(const FinishedSpan& span) noexcept {
    const SpanView view = span.view();
    const bool is_error = view.status() == StatusCode::error;
    LocalPart released;
    bool is_kept = is_error;
    {
      Shard& shard = shard_of(view.trace_id());
      const std::lock_guard lock(shard.mutex);
      if (const auto found = shard.parts.find(view.trace_id()); found != shard.parts.end()) {
        LocalPart& part = found->second;
        is_kept = part.has_failed |= is_error;
        if (is_kept) {
          std::swap(released.entries, part.entries);
          std::swap(released.bytes, part.bytes);
        } else {
          hold_back(part, span);
        }
        if (--part.open == 0) {
          forget(part);
          shard.parts.erase(found);
        }
      }
    }
    if (is_kept) pass_on(released, span);
  }

  [[nodiscard]] std::uint64_t kept() const noexcept { return kept_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t forgotten() const noexcept {
    return forgotten_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t shard_count = 16;

  Shard& shard_of(const TraceId& trace_id) noexcept {
    return shards_[trace_id.bytes[TraceId::size - 1] % shard_count];
  }

  void hold_back(LocalPart& part, const FinishedSpan& span) noexcept {
    const std::size_t size = span.otlp().size();
    if (!budget_.take(size + sizeof(LocalPart::Entry))) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::size_t held = part.bytes.size();
    try {
      part.bytes.append(span.otlp());
      part.entries.push_back({&span.core(), size});
    } catch (const std::bad_alloc&) {
      part.bytes.resize(held);
      budget_.give_back(size + sizeof(LocalPart::Entry));
      dropped_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  void forget(const LocalPart& part) noexcept {
    give_back(part);
    forgotten_.fetch_add(part.entries.size(), std::memory_order_relaxed);
  }

  void give_back(const LocalPart& part) noexcept {
    budget_.give_back(part.bytes.size() + part.entries.size() * sizeof(LocalPart::Entry));
  }

  void pass_on(const LocalPart& released, const FinishedSpan& last) noexcept {
    std::string_view rest = released.bytes;
    for (const auto& [core, size] : released.entries) {
      next_.on_end(FinishedSpan(*core, rest.substr(0, size), true));
      rest.remove_prefix(size);
    }
    next_.on_end(FinishedSpan(last.core(), last.otlp(), true));
    kept_.fetch_add(released.entries.size() + 1, std::memory_order_relaxed);
    give_back(released);
  }

  SpanProcessor& next_;
  detail::Budget budget_;
  std::array<Shard, shard_count> shards_;
  std::atomic<std::uint64_t> kept_{0};
  std::atomic<std::uint64_t> forgotten_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace

class ErrorKeepingSpanProcessor::State {
 public:
  State(std::unique_ptr<SpanProcessor> next, const ErrorKeepingOptions& options)
      : next_(std::move(next)), options_(options), held_(make_held()) {}

  [[nodiscard]] SpanProcessor& next() noexcept { return *next_; }
  /// Null in a child without memory for its own.
  [[nodiscard]] HeldSpans* held() noexcept {
    try {
      return &held_.here([this] { return make_held(); });
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

 private:
  [[nodiscard]] std::shared_ptr<HeldSpans> make_held() const {
    return std::make_shared<HeldSpans>(*next_, options_);
  }

  const std::unique_ptr<SpanProcessor> next_;
  const ErrorKeepingOptions options_;
  detail::ProcessLocal<HeldSpans> held_;
};

ErrorKeepingSpanProcessor::ErrorKeepingSpanProcessor(std::unique_ptr<SpanProcessor> next,
                                                     const ErrorKeepingOptions& options)
    : state_(std::make_unique<State>(std::move(next), options)) {}

ErrorKeepingSpanProcessor::~ErrorKeepingSpanProcessor() = default;

SpanProcessor::Interest ErrorKeepingSpanProcessor::interest() const noexcept {
  return {.on_start = true, .on_ending = state_->next().interest().on_ending};
}

void ErrorKeepingSpanProcessor::on_start(RecordingSpan& span, const Parent& parent) noexcept {
  if (!span.is_sampled()) {
    if (HeldSpans* const held = state_->held(); held != nullptr) held->on_start(span.view().trace_id());
  }
  state_->next().on_start(span, parent);
}

void ErrorKeepingSpanProcessor::on_ending(RecordingSpan& span) noexcept { state_->next().on_ending(span); }

void ErrorKeepingSpanProcessor::on_end(const FinishedSpan& span) noexcept {
  if (span.is_sampled()) return state_->next().on_end(span);
  if (HeldSpans* const held = state_->held(); held != nullptr) held->on_end(span);
}

bool ErrorKeepingSpanProcessor::force_flush(Deadline deadline) noexcept {
  return state_->next().force_flush(deadline);
}

bool ErrorKeepingSpanProcessor::shutdown(Deadline deadline) noexcept {
  return state_->next().shutdown(deadline);
}

std::uint64_t ErrorKeepingSpanProcessor::kept() const noexcept {
  const HeldSpans* const held = state_->held();
  return held == nullptr ? 0 : held->kept();
}
std::uint64_t ErrorKeepingSpanProcessor::forgotten() const noexcept {
  const HeldSpans* const held = state_->held();
  return held == nullptr ? 0 : held->forgotten();
}
std::uint64_t ErrorKeepingSpanProcessor::dropped() const noexcept {
  const HeldSpans* const held = state_->held();
  return held == nullptr ? 0 : held->dropped();
}

}  // namespace sonde
