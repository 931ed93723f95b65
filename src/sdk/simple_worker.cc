#include "sdk/simple_worker.h"

#include <chrono>
#include <new>
#include <utility>

#include "sdk/batch_worker.h"

namespace sonde::detail {

SimpleWorker::SimpleWorker(std::shared_ptr<RequestSink> sink, std::string component_name,
                           const ItemNames& names, std::string_view component_type)
    : component_name_(detail::component_name(std::move(component_name), component_type)),
      names_(names),
      sink_(std::move(sink)),
      state_(std::make_shared<State>(sink_, names_)) {}

std::shared_ptr<SimpleWorker::State> SimpleWorker::state() {
  return state_.get_or_make([this] {
    sink_->after_fork();
    return std::make_shared<State>(sink_, names_);
  });
}

void SimpleWorker::add(const ScopeCore& core, std::string_view otlp) noexcept {
  constexpr std::chrono::seconds export_timeout{30};
  try {
    const std::shared_ptr<State> own = state();
    if (is_exporting()) {  // the lock is this thread's already
      own->suppressed.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::lock_guard lock(own->mutex);
    if (!is_open_.load(std::memory_order_relaxed)) {
      own->after_shutdown.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    try {
      own->builder.add(core, otlp);
      own->delivery.deliver(own->builder.finish(), 1, std::chrono::steady_clock::now() + export_timeout);
    } catch (const std::bad_alloc&) {
      own->builder.clear();
      own->delivery.count_lost(1);
    }
  } catch (const std::bad_alloc&) {
    return;  // a forked child without the memory for a state
  }
}

bool SimpleWorker::force_flush(Deadline deadline) noexcept {
  const std::shared_ptr<State> own = state_.get();
  return own == nullptr || is_exporting() || std::unique_lock(own->mutex, deadline).owns_lock();
}

bool SimpleWorker::shutdown(Deadline deadline) noexcept {
  is_open_.store(false, std::memory_order_relaxed);
  const std::shared_ptr<State> own = state_.get();
  if (own != nullptr) sink_->cancel();
  return force_flush(deadline);
}

ProcessorStatistics SimpleWorker::statistics() const noexcept {
  ProcessorStatistics statistics;
  if (const std::shared_ptr<State> own = state_.get(); own != nullptr) {
    own->delivery.read(statistics);
    statistics.after_shutdown = own->after_shutdown.load(std::memory_order_relaxed);
    statistics.suppressed = own->suppressed.load(std::memory_order_relaxed);
  }
  return statistics;
}

}  // namespace sonde::detail
