#pragma once

// Memory that messages are written into, front to back: room is reserved, written without further checks, and
// committed. What it has grown to is kept from message to message, unless that is much.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace sonde::detail {

// NOLINTBEGIN(cppcoreguidelines-no-malloc): realloc() grows it in place where it can
struct GrowingBytes {
  /// What a thread keeps of it between two spans or log records.
  static constexpr std::size_t most_kept_of_record = 64 * 1024;
  /// No span and no log record grows beyond this.
  static constexpr std::uint32_t most_of_record = 64u << 20;

  explicit GrowingBytes(std::uint32_t limit) noexcept : max_size(limit) {}
  ~GrowingBytes() { std::free(data); }
  GrowingBytes(const GrowingBytes&) = delete;
  GrowingBytes& operator=(const GrowingBytes&) = delete;
  GrowingBytes(GrowingBytes&& other) noexcept
      : data(std::exchange(other.data, nullptr)),
        size(std::exchange(other.size, 0)),
        capacity(std::exchange(other.capacity, 0)),
        max_size(other.max_size) {}
  GrowingBytes& operator=(GrowingBytes&& other) = delete;

  /// Room for so many more bytes at the end, or null if there is none; not part of the message until
  /// commit().
  [[nodiscard]] std::uint8_t* reserve(std::size_t count) noexcept {
    if (capacity - size < count && !grow(count)) [[unlikely]]
      return nullptr;
    return data + size;
  }
  void commit(const std::uint8_t* end) noexcept { size = static_cast<std::uint32_t>(end - data); }

  /// Empties it.
  void clear(std::size_t most_kept) noexcept {
    size = 0;
    if (capacity > most_kept) [[unlikely]] {
      std::free(std::exchange(data, nullptr));
      capacity = 0;
    }
  }

  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(data), size};
  }

  std::uint8_t* data = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  const std::uint32_t max_size;

 private:
  [[nodiscard, gnu::noinline, gnu::cold]] bool grow(std::size_t count) noexcept {
    constexpr std::size_t first = 1024;
    const std::size_t needed = size + count;
    if (needed > max_size) return false;
    const std::size_t target =
        std::min(std::max({needed, std::size_t{capacity} * 2, first}), std::size_t{max_size});
    void* const grown = std::realloc(data, target);
    if (grown == nullptr) return false;
    data = static_cast<std::uint8_t*>(grown);
    capacity = static_cast<std::uint32_t>(target);
    return true;
  }
};
// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace sonde::detail
