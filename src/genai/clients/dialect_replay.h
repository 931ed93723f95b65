#pragma once

// Recorded answers of providers, as the tests and the fuzz target replay them. A record's first line says
// whose API it is of, whether it answers as a whole or as a stream, and HTTP's status; the body is what
// follows.

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "genai/clients/dialect.h"
#include "genai/clients/event_lines.h"

namespace sonde::genai::detail {

struct Record {
  std::string_view provider = {};
  bool is_stream = false;
  unsigned status = 200;
  std::string_view body = {};
};

inline Record read_record(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  std::string_view line = bytes.substr(0, end);
  const auto next_word = [&line] {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
  };
  Record record{.provider = next_word(), .is_stream = next_word() == "stream"};
  const std::string_view status = next_word();
  std::from_chars(status.data(), status.data() + status.size(), record.status);
  if (end != std::string_view::npos) record.body = bytes.substr(end + 1);
  return record;
}

inline std::unique_ptr<Dialect> dialect_of(std::string_view provider) {
  if (provider == "responses") return make_openai_responses_dialect();
  if (provider == "anthropic") return make_anthropic_dialect();
  if (provider == "ollama") return make_ollama_dialect();
  return make_openai_dialect();
}

/// What became of a stream.
struct StreamOutcome {
  ChatResponse response = {};
  std::string told = {};  ///< All chunks' text and reasoning.
  std::optional<ApiError> error = {};
  bool is_complete = false;
};

/// Decodes a streamed body that arrives in pieces of that size.
inline StreamOutcome decode_stream(const Dialect& dialect, std::string_view body, std::size_t piece) {
  StreamOutcome outcome;
  EventLines lines(dialect.streams_lines());
  const auto decoder = dialect.stream_decoder();
  const auto take = [&](std::string_view data) {
    const auto taken = decoder->take(data, [&](const ChatChunk& chunk) {
      outcome.told += chunk.text;
      outcome.told += chunk.reasoning;
    });
    if (!taken) outcome.error = taken.error();
    return taken.has_value() && !decoder->is_complete();
  };
  while (!body.empty() && lines.feed(body.substr(0, piece), take)) {
    body.remove_prefix(std::min(piece, body.size()));
  }
  outcome.response = decoder->response();
  outcome.is_complete = decoder->is_complete();
  return outcome;
}

}  // namespace sonde::genai::detail
