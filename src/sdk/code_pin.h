#pragma once

namespace sonde::detail {

/// Keeps the library that this code is part of loaded for as long as the calling thread runs: a plugin may be
/// unloaded by an application that knows nothing of the threads its copy of the SDK has started. Call it
/// first thing in a thread. What brings it about is a pending destructor of the thread's, for which the
/// dynamic linker waits.
inline void keep_code_loaded_while_this_thread_runs() noexcept {
  struct Pin {
    ~Pin() {}  // NOLINT(modernize-use-equals-default): a trivial one would not be pending
    void touch() const volatile noexcept {}
  };
  static thread_local const Pin pin;
  pin.touch();
}

}  // namespace sonde::detail
