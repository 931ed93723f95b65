#include "genai/clients/stream_reading.h"

#include "genai/clients/recorded_chat.h"

namespace sonde::genai::detail {

bool StreamReading::feed(std::string_view bytes, const std::function<bool(const ChatChunk&)>& on_chunk) {
  return lines_.feed(bytes, [&](std::string_view data) {
    auto taken = decoder_->take(data, [&](const ChatChunk& chunk) {
      stream_.on_chunk();
      is_wanted_ = is_wanted_ && on_chunk(chunk);
    });
    if (!taken) failure_ = taken.error();
    return is_wanted_ && !failure_ && !decoder_->is_complete();
  });
}

void StreamReading::end(const Result<std::string>& body) {
  if (failure_) return;
  if (!body) {
    failure_ = body.error();
  } else if (lines_.is_too_long()) {
    failure_ =
        ApiError{.type = "invalid_response", .message = "an event of the stream is longer than 16 MiB"};
  } else if (is_wanted_ && !decoder_->is_complete()) {
    failure_ = ApiError{.type = "stream_truncated", .message = "the stream ended before the answer did"};
  }
}

Result<ChatResponse> StreamReading::close() {
  const ChatResponse& response = decoder_->response();
  record_output(stream_.inference(), response);
  const RecordedResponse recorded(response);
  InferenceResponse so_far = recorded.recorded;
  if (!failure_ && is_wanted_) {
    stream_.finish(so_far);
    return response;
  }
  so_far.finish_reasons = {};
  if (failure_ && failure_->type != "cancelled") {
    stream_.fail(failure_->type, failure_->message, so_far);
  } else {
    stream_.cancel(so_far);
  }
  if (failure_) return *failure_;
  return response;
}

}  // namespace sonde::genai::detail
