#pragma once

#include <string>
#include <string_view>

#include "genai/prices/price_model.h"
#include "sonde/expected.hpp"

namespace sonde::genai::detail {

/// Reads a table in one of three forms: genai-prices' array of providers; the same with a provider a line; or
/// LiteLLM's map from models to prices a token. `source` names it in errors and in costs. Fails with
/// invalid_argument, naming the provider, model and key, if it is none of them.
[[nodiscard]] Expected<PriceList> read_price_list(std::string_view text, const std::string& source);

}  // namespace sonde::genai::detail
