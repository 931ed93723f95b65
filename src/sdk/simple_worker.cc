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
  try {
    const std::shared_ptr<State> own = state();
    if (is_exporting()) {  // it is this thread's turn already
      own->suppressed.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    std::unique_lock lock(own->mutex);
    own->idle.wait(lock, [&] { return !own->is_busy; });
    if (!is_open_.load(std::memory_order_relaxed)) {
      own->after_shutdown.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    own->is_busy = true;
    lock.unlock();
    export_one(*own, core, otlp);
    lock.lock();
    own->is_busy = false;
    own->idle.notify_all();
  } catch (const std::bad_alloc&) {
    return;  // a forked child without the memory for a state
  }
}

void SimpleWorker::export_one(State& state, const ScopeCore& core, std::string_view otlp) noexcept {
  constexpr std::chrono::seconds export_timeout{30};
  try {
    state.builder.add(core, otlp);
    state.delivery.deliver(state.builder.finish(), 1, std::chrono::steady_clock::now() + export_timeout);
  } catch (const std::bad_alloc&) {
    state.delivery.count_lost(1);
  }
  state.builder.clear();
}

bool SimpleWorker::force_flush(Deadline deadline) noexcept {
  const std::shared_ptr<State> own = state_.get();
  if (own == nullptr || is_exporting()) return true;
  std::unique_lock lock(own->mutex);
  return own->idle.wait_until(lock, deadline, [&] { return !own->is_busy; });
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
