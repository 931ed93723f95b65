#pragma once

// A streamed answer on its way from bytes to chunks, and what its span has of it. For one thread at a time.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "genai/clients/dialect.h"
#include "genai/clients/event_lines.h"
#include "sonde/genai/stream.hpp"

namespace sonde::genai::detail {

class StreamReading {
 public:
  StreamReading(Inference inference, const Dialect& dialect)
      : stream_(std::move(inference)), decoder_(dialect.stream_decoder()), lines_(dialect.streams_lines()) {}

  /// Tells `on_chunk`, which says whether to go on, what is in the bytes. False if the rest is not wanted.
  [[nodiscard]] bool feed(std::string_view bytes, const std::function<bool(const ChatChunk&)>& on_chunk);

  /// The body has ended: whole, or with an error.
  void end(const Result<std::string>& body);
  /// The reader wants no more of it.
  void cancel() noexcept { is_wanted_ = false; }

  /// Ends the inference, and says what came of it: the whole answer, what there is of one that was not wanted
  /// to its end, or why there is none. Once.
  [[nodiscard]] Result<ChatResponse> close();

  [[nodiscard]] Inference& inference() noexcept { return stream_.inference(); }

 private:
  InferenceStream stream_;
  std::unique_ptr<StreamDecoder> decoder_;
  EventLines lines_;
  std::optional<ApiError> failure_;
  bool is_wanted_ = true;
};

}  // namespace sonde::genai::detail
