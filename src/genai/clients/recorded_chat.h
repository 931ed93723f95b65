#pragma once

// What the telemetry has of a conversation that is there in the clients' words (chat.hpp).

#include <string_view>
#include <vector>

#include "sonde/genai/chat.hpp"
#include "sonde/genai/inference.hpp"

namespace sonde::genai::detail {

/// Adds the message to the list, which holds views of it.
void describe(const ChatMessage& message, Messages& messages);

/// Content: instructions, input and tools, recorded only when captured.
void record_request(Inference& inference, const ChatRequest& request);
/// Content: the choices' messages.
void record_output(Inference& inference, const ChatResponse& response);

/// An answer as inferences take it; holds what the views in it point at.
struct RecordedResponse {
  explicit RecordedResponse(const ChatResponse& response);
  RecordedResponse(const RecordedResponse&) = delete;
  RecordedResponse& operator=(const RecordedResponse&) = delete;

  std::vector<std::string_view> reasons;
  InferenceResponse recorded;
};

}  // namespace sonde::genai::detail
