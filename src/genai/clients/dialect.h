#pragma once

// One provider's API: how a request is put into its words and its answers are read. A dialect knows JSON and
// nothing of HTTP or telemetry; those are the client's (client.cc), alike for all.

#include <memory>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "sonde/genai/client.hpp"
#include "transport/http.h"

namespace sonde::genai::detail {

struct ApiRequest {
  std::string path;  ///< After the base URL: /chat/completions
  std::string body;  ///< JSON.
};

/// Reads one streamed answer, event by event.
class StreamDecoder {
 public:
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  virtual ~StreamDecoder() = default;

  /// Takes the data of an event. Text and reasoning in it are told to `on_chunk` at once. Fails with what the
  /// provider says went wrong, or invalid_response.
  [[nodiscard]] virtual Result<bool> take(std::string_view data,
                                          const std::function<void(const ChatChunk&)>& on_chunk) = 0;

  /// What has come so far.
  [[nodiscard]] const ChatResponse& response() const noexcept { return response_; }
  /// Whether the provider said that this was all.
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

 protected:
  StreamDecoder() = default;

  /// The choice of that index, made if need be; the last one there may be if the index is absurd.
  [[nodiscard]] ChatChoice& choice(std::size_t index);
  /// Likewise a tool call of the choice.
  [[nodiscard]] static ToolCall& tool_call(ChatChoice& choice, std::size_t index);

  ChatResponse response_;
  bool is_complete_ = false;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  [[nodiscard]] virtual std::string_view provider() const noexcept = 0;
  /// openai.api.type, or empty.
  [[nodiscard]] virtual std::string_view api_type() const noexcept { return {}; }
  /// Whether events are lines of JSON instead of server-sent events.
  [[nodiscard]] virtual bool streams_lines() const noexcept { return false; }
  [[nodiscard]] virtual transport::HttpHeaders headers(const std::string& api_key) const = 0;

  // Fails with invalid_argument if a JSON text in the request is none.
  [[nodiscard]] virtual Expected<ApiRequest> chat_request(const ChatRequest& request, bool stream) const = 0;
  [[nodiscard]] virtual Expected<ApiRequest> embeddings_request(const EmbeddingsInput& input) const;

  // Fails with type invalid_response, or with what the provider says in an answer of status 200.
  [[nodiscard]] virtual Result<ChatResponse> read_chat(const std::string& body) const = 0;
  [[nodiscard]] virtual Result<EmbeddingsResponse> read_embeddings(const std::string& body) const;
  [[nodiscard]] virtual std::unique_ptr<StreamDecoder> stream_decoder() const = 0;

  /// What an answer of another status says.
  [[nodiscard]] virtual ApiError read_error(unsigned status, const std::string& body) const;

 protected:
  Dialect() = default;
  Dialect(const Dialect&) = default;
  Dialect& operator=(const Dialect&) = default;
};

[[nodiscard]] std::unique_ptr<Dialect> make_openai_dialect();
[[nodiscard]] std::unique_ptr<Dialect> make_openai_responses_dialect();
[[nodiscard]] std::unique_ptr<Dialect> make_anthropic_dialect();
[[nodiscard]] std::unique_ptr<Dialect> make_ollama_dialect();

}  // namespace sonde::genai::detail
