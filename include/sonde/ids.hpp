#pragma once

// The identities of OpenTelemetry: a trace has a 16-byte id, a span in it an 8-byte id. Both are plain
// values; all zeros means "none" (specification: trace/api.md, SpanContext).

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sonde {

namespace detail {
/// Lower-case hexadecimal of `size` bytes into `out`, which must hold 2 * size characters.
void to_hex(const std::uint8_t* bytes, std::size_t size, char* out) noexcept;
/// Reads exactly 2 * size hexadecimal digits of either case; false if `text` is anything else.
[[nodiscard]] bool from_hex(std::string_view text, std::uint8_t* bytes, std::size_t size) noexcept;
}  // namespace detail

/// An id of N bytes, in the order they stand on the wire. Trivially copyable; never allocates but in
/// to_hex().
template <std::size_t N, class Tag>
struct Id {
  static constexpr std::size_t size = N;
  static constexpr std::size_t hex_size = 2 * N;

  std::array<std::uint8_t, N> bytes{};

  /// Whether any byte is not zero.
  [[nodiscard]] constexpr bool is_valid() const noexcept {
    static_assert(N % sizeof(std::uint64_t) == 0);
    std::uint64_t any = 0;
    for (const std::uint64_t word :
         std::bit_cast<std::array<std::uint64_t, N / sizeof(std::uint64_t)>>(bytes)) {
      any |= word;
    }
    return any != 0;
  }

  /// 2 * N lower-case hexadecimal digits.
  [[nodiscard]] std::string to_hex() const {
    std::string text(hex_size, '0');
    detail::to_hex(bytes.data(), N, text.data());
    return text;
  }

  /// Reads 2 * N hexadecimal digits of either case; false, and the id unchanged, for anything else.
  [[nodiscard]] static bool from_hex(std::string_view text, Id& id) noexcept {
    Id parsed;
    if (!detail::from_hex(text, parsed.bytes.data(), N)) return false;
    id = parsed;
    return true;
  }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using TraceId = Id<16, struct TraceIdTag>;
using SpanId = Id<8, struct SpanIdTag>;

}  // namespace sonde

/// Ids are random, so their first bytes are hash enough.
template <std::size_t N, class Tag>
struct std::hash<sonde::Id<N, Tag>> {
  std::size_t operator()(const sonde::Id<N, Tag>& id) const noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return static_cast<std::size_t>(value);
  }
};
