#pragma once

// How values that never change share what they hold: the owners are counted in the held object itself. What
// std::shared_ptr does at a tenth of the price for those who include it.

#include <atomic>
#include <cstdint>
#include <utility>

namespace sonde::detail {

/// To derive from. Whoever makes one owns it. Owners may be on any threads.
class SharedValue {
 public:
  SharedValue() noexcept = default;
  /// A copy has owners of its own.
  SharedValue(const SharedValue& /*other*/) noexcept {}
  SharedValue& operator=(const SharedValue&) = delete;
  virtual ~SharedValue() = default;

  void add_owner() const noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  void remove_owner() const noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  mutable std::atomic<std::uint32_t> owners_{1};
};

/// An owner of a T, which derives from SharedValue, or of nothing. Thread-safe as a value is.
template <class T>
class SharedPointer {
 public:
  SharedPointer() noexcept = default;
  /// Takes over what has just been made.
  explicit SharedPointer(const T* fresh) noexcept : value_(fresh) {}
  /// One more owner of what has others.
  [[nodiscard]] static SharedPointer of(const T* shared) noexcept {
    if (shared != nullptr) shared->add_owner();
    return SharedPointer(shared);
  }
  SharedPointer(const SharedPointer& other) noexcept : SharedPointer(of(other.value_)) {}
  SharedPointer(SharedPointer&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  SharedPointer& operator=(SharedPointer other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~SharedPointer() {
    if (value_ != nullptr) value_->remove_owner();
  }

  [[nodiscard]] const T* get() const noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return value_; }
  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  friend bool operator==(const SharedPointer&, const SharedPointer&) = default;

 private:
  const T* value_ = nullptr;
};

}  // namespace sonde::detail
