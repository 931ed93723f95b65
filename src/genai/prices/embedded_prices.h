#pragma once

#include <string_view>

namespace sonde::genai::detail {

/// The content of genai-prices.jsonl.
[[nodiscard]] std::string_view embedded_prices() noexcept;

}  // namespace sonde::genai::detail
