// Scopes that are left out of their turn: a mistake of the program's, which must not become one of memory.

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/fork.h"
#include "sonde/span.hpp"

namespace sonde::detail {

constinit std::atomic<int> orphaned_scopes{0};

/// A scope that ended elsewhere while its thread still had it open: where it was, what it would have
/// restored.
struct OrphanedScope {
  explicit OrphanedScope(const Scope& scope) noexcept
      : address(&scope),
        span(scope.span_),
        values(scope.values_),
        below(scope.below_),
        thread(scope.thread_) {}

  const Scope* address;  ///< Not to be looked at: it is gone.
  const Span* span;
  const ContextValues* values;
  Scope* below;
  const CurrentContext* thread;
};

namespace {

/// Threads that never look again leave theirs behind, so there is a bound.
constexpr std::size_t most_orphans = 256;

struct Orphans {
  ForkSafeMutex mutex{ForkLockRank::diagnostics};  ///< Nothing else is locked meanwhile.
  std::vector<OrphanedScope> list;
};
Orphans& orphans() {
  static constinit Immortal<Orphans> instance;
  return instance.get();
}

void report_once(std::atomic<bool>& is_reported, std::string_view message) noexcept {
  if (!is_reported.exchange(true, std::memory_order_relaxed)) diagnose(message);
}

}  // namespace

void Scope::leave_out_of_turn() noexcept {
  static constinit std::atomic<bool> is_order_reported{false};
  static constinit std::atomic<bool> is_thread_reported{false};
  if (thread_ == &current) drop_orphaned_scopes();
  for (Scope* above = current.scope; above != nullptr; above = above->below_) {
    if (above->below_ != this) continue;
    above->skip(*this);
    thread_ = nullptr;
    return report_once(is_order_reported,
                       "a scope (ScopedSpan, CurrentSpanScope or ContextScope) ended before one that began "
                       "within it; scopes end innermost first");
  }
  if (thread_ != &current) {
    try {
      const std::lock_guard lock(orphans().mutex);
      if (orphans().list.size() == most_orphans) orphans().list.erase(orphans().list.begin());
      orphans().list.emplace_back(*this);
      orphaned_scopes.store(static_cast<int>(orphans().list.size()), std::memory_order_relaxed);
    } catch (...) {  // no memory: there is nothing left to help with
    }
  }
  thread_ = nullptr;
  report_once(is_thread_reported,
              "a scope (ScopedSpan, CurrentSpanScope or ContextScope) ended on another thread, or in another "
              "coroutine, than it began in; docs/context.md says what to use across co_await");
}

void drop_orphaned_scopes() noexcept {
  const std::lock_guard lock(orphans().mutex);
  std::vector<OrphanedScope>& list = orphans().list;
  const auto find = [&](const Scope* scope) {
    return std::ranges::find_if(list, [&](const OrphanedScope& orphan) {
      return orphan.address == scope && orphan.thread == &current;
    });
  };
  for (auto orphan = find(current.scope); orphan != list.end(); orphan = find(current.scope)) {
    current.span = orphan->span;
    current.values = orphan->values;
    current.scope = orphan->below;
  }
  for (Scope* scope = current.scope; scope != nullptr; scope = scope->below_) {
    for (auto orphan = find(scope->below_); orphan != list.end(); orphan = find(scope->below_)) {
      scope->span_ = orphan->span;
      scope->values_ = orphan->values;
      scope->below_ = orphan->below;
    }
  }
  std::erase_if(list, [](const OrphanedScope& orphan) { return orphan.thread == &current; });
  orphaned_scopes.store(static_cast<int>(list.size()), std::memory_order_relaxed);
}

}  // namespace sonde::detail
