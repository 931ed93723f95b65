#include "genai/prices/embedded_prices.h"

extern "C" {
// From embedded_prices.S.
extern const char sonde_embedded_prices_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern const char sonde_embedded_prices_end[];    // NOLINT(modernize-avoid-c-arrays)
}

namespace sonde::genai::detail {

std::string_view embedded_prices() noexcept {
  return {sonde_embedded_prices_begin,
          static_cast<std::size_t>(sonde_embedded_prices_end - sonde_embedded_prices_begin)};
}

}  // namespace sonde::genai::detail
