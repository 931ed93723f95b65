#pragma once

// What the providers of the three signals have in common: they give out one core a scope, turn all of them
// off at shutdown, and one of them may be the global one, which also serves the handles that were given out
// before there was any. A handle points at a slot and a slot at a core, or at nothing; neither is ever freed.
// Getting a handle is rare, so one lock a signal guards it all.

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "sdk/fork.h"
#include "sdk/scope_core.h"

namespace sonde::detail {

/// Lets a slot lead to a core, or to nothing. A signal whose slots have more to do overloads it.
template <class Slot, class Core>
void connect(Slot& slot, Core* core) noexcept {
  slot.core.store(core, std::memory_order_release);
}

/// Pipeline has a `ResourceCore resource`, and `std::vector<ScopeRule> scope_rules` if scopes can be turned
/// off, which then have no core. Core derives from ScopeCore, is made from (Pipeline&, ScopeKey), and has a
/// `Slot slot`, an object with a `std::atomic<Core*> core`. Thread-safe.
template <class Pipeline, class Core, class Slot>
class ScopedProvider {
 public:
  /// The pipeline is the provider's, and immortal.
  template <class Fill>
  explicit ScopedProvider(Fill fill) : pipeline_(make_pipeline(fill)) {}
  ScopedProvider(const ScopedProvider&) = delete;
  ScopedProvider& operator=(const ScopedProvider&) = delete;

  [[nodiscard]] Pipeline& pipeline() noexcept { return *pipeline_; }

  /// The slot of that scope, or null if it or everything is turned off.
  [[nodiscard]] Slot* slot(const ScopeKey& key) {
    const std::lock_guard lock(shared().mutex);
    Core* const found = core(key);
    return found == nullptr ? nullptr : &found->slot;
  }

  /// Empties every slot that leads here. False if that was done before.
  bool turn_off() noexcept {
    const std::lock_guard lock(shared().mutex);
    if (std::exchange(is_off_, true)) return false;
    for (auto& [key, core] : cores_) connect(core->slot, static_cast<Core*>(nullptr));
    if (shared().global != this) return true;
    shared().global = nullptr;
    for (auto& [key, slot] : shared().global_slots) connect(slot, static_cast<Core*>(nullptr));
    return true;
  }

  void set_as_global() {
    const std::lock_guard lock(shared().mutex);
    become_global();
  }
  /// The same, unless there was a global one before.
  void set_as_first_global() {
    const std::lock_guard lock(shared().mutex);
    if (!shared().had_global) become_global();
  }

  /// The slot that follows whichever provider is the global one.
  [[nodiscard]] static Slot& global_slot(const ScopeKey& key) {
    const std::lock_guard lock(shared().mutex);
    auto [found, is_new] = shared().global_slots.try_emplace(key);
    if (is_new && shared().global != nullptr) {
      connect(found->second, shared().global->core(key));
    }
    return found->second;
  }

 private:
  struct Shared {
    ForkSafeMutex mutex{ForkLockRank::providers};
    std::deque<Pipeline> pipelines;
    std::deque<Core> cores;
    std::map<ScopeKey, Slot> global_slots;
    ScopedProvider* global = nullptr;
    bool had_global = false;
  };
  static Shared& shared() {
    static constinit Immortal<Shared> instance;
    return instance.get();
  }

  template <class Fill>
  [[nodiscard]] static Pipeline* make_pipeline(Fill& fill) {
    const std::lock_guard lock(shared().mutex);
    Pipeline& made = shared().pipelines.emplace_back();
    fill(made);
    return &made;
  }

  /// The lock is held.
  void become_global() {
    shared().global = this;
    shared().had_global = true;
    for (auto& [key, slot] : shared().global_slots) connect(slot, core(key));
  }

  /// The lock is held.
  Core* core(const ScopeKey& key) {
    if (is_off_) return nullptr;
    if constexpr (requires { pipeline_->scope_rules; }) {
      if (!is_enabled(pipeline_->scope_rules, key.name)) return nullptr;
    }
    auto [found, is_new] = cores_.try_emplace(key);
    if (is_new) {
      found->second = &shared().cores.emplace_back(*pipeline_, key);
      connect(found->second->slot, found->second);
    }
    return found->second;
  }

  Pipeline* const pipeline_;
  std::map<ScopeKey, Core*> cores_;
  bool is_off_ = false;
};

}  // namespace sonde::detail
