#pragma once

#include <cstdint>
#include <optional>

namespace sonde::genai {

/// Tokens as the provider reported them: nothing here is ever counted or guessed by us. `input_tokens`
/// includes what was read from and written to a cache, `output_tokens` includes reasoning; providers that
/// report otherwise (Anthropic) are added up by their clients.
struct Usage {
  std::optional<std::int64_t> input_tokens = {};
  std::optional<std::int64_t> output_tokens = {};
  std::optional<std::int64_t> cache_read_input_tokens = {};
  std::optional<std::int64_t> cache_write_input_tokens = {};
  std::optional<std::int64_t> reasoning_output_tokens = {};

  struct Modalities {
    std::optional<std::int64_t> text = {};
    std::optional<std::int64_t> image = {};
    std::optional<std::int64_t> audio = {};
  };
  Modalities input = {};       ///< The parts of input_tokens.
  Modalities output = {};      ///< The parts of output_tokens.
  Modalities cache_read = {};  ///< The parts of cache_read_input_tokens.
};

}  // namespace sonde::genai
