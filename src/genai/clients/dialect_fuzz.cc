// What a provider answers is outside input: no body may crash a dialect or make more of itself than it is,
// and a stream means the same however its bytes arrive.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "genai/clients/dialect_replay.h"

namespace {

using sonde::genai::ChatResponse;
using namespace sonde::genai::detail;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

std::size_t text_size(const ChatResponse& response) {
  std::size_t size = response.id.size() + response.model.size();
  for (const auto& choice : response.choices) {
    size += choice.message.content.size() + choice.message.reasoning.size();
    for (const auto& call : choice.message.tool_calls) size += call.id.size() + call.name.size();
  }
  return size;
}

void check_whole(const Dialect& dialect, const Record& record) {
  const std::string body(record.body);
  if (const auto chat = dialect.read_chat(body)) {
    expect(!chat->choices.empty(), "an answer without choices counts as one");
    expect(text_size(*chat) <= body.size(), "an answer says more than it holds");
    expect(chat->json == body, "the answer is not kept as it came");
  } else {
    expect(!chat.error().type.empty(), "an error without a type");
  }
  if (const auto embeddings = dialect.read_embeddings(body)) {
    expect(!embeddings->vectors.empty(), "an answer without vectors counts as one");
  }
  const auto error = dialect.read_error(record.status, body);
  expect(!error.type.empty() && !error.message.empty(), "an error that says nothing");
}

void check_stream(const Dialect& dialect, std::string_view body) {
  const StreamOutcome whole = decode_stream(dialect, body, std::max<std::size_t>(body.size(), 1));
  expect(text_size(whole.response) <= body.size(), "a stream says more than it holds");
  expect(whole.response.choices.size() <= 128, "a stream has more choices than there may be");
  expect(!whole.error || !whole.error->type.empty(), "a stream's error without a type");
  for (const std::size_t piece : {1u, 7u}) {
    const StreamOutcome pieces = decode_stream(dialect, body, piece);
    expect(pieces.told == whole.told, "a stream's chunks depend on how its bytes arrive");
    expect(pieces.is_complete == whole.is_complete && pieces.error.has_value() == whole.error.has_value(),
           "a stream's end depends on how its bytes arrive");
    expect(text_size(pieces.response) == text_size(whole.response),
           "a stream's answer depends on how its bytes arrive");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Record record = read_record({reinterpret_cast<const char*>(data), size});
  const auto dialect = dialect_of(record.provider);
  check_whole(*dialect, record);
  check_stream(*dialect, record.body);
  return 0;
}
