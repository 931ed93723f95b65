#pragma once

// A client of a model provider, instrumented: each call is one inference (or embeddings) span that covers its
// retries, with a span of the HTTP convention for every attempt below it, and the trace goes on to the
// provider in the traceparent header.
//
// A client keeps connections. Its calls come in three forms. chat() and its like wait, and are for one thread
// at a time. start_chat() and its like return at once and call back; open_stream() gives a stream to read.
// Those are for any thread, any number at once, on one thread that the client starts with the first of them.
// With Boost.Asio there is bridge/asio_client.hpp besides, for coroutines. Every form is stopped through its
// stop token, from any thread. Nothing here throws but std::bad_alloc and, if there is no thread to be had,
// std::system_error; callbacks that run on the client's thread must not throw.
//
// Source: semantic-conventions-genai, gen_ai.client.inference; semantic conventions, HTTP client spans.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "sonde/genai/chat.hpp"
#include "sonde/genai/chat_stream.hpp"
#include "sonde/genai/instrumentation.hpp"

namespace sonde::genai {

namespace detail {
class Dialect;
}

struct ClientOptions {
  std::string base_url = {};  ///< Without the path of the operation: https://api.openai.com/v1
  std::string api_key = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Sent with every request.
  std::string provider = {};  ///< For telemetry, where the base URL is not the provider's own.
  std::chrono::milliseconds timeout = std::chrono::minutes(2);  ///< Of one attempt.
  unsigned max_retries = 2;  ///< After 408, 409, 429, 5xx and failures to connect; honours Retry-After.
  std::string certificate_authority_file = {};  ///< PEM; empty: what the system trusts.
};

class Client {
 public:
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();  ///< Cancels what is under way, and waits until nobody is called back any more.

  [[nodiscard]] Result<ChatResponse> chat(const ChatRequest& request, const std::stop_token& stop = {});

  /// Calls on_chunk for each piece as it arrives, on this thread; false from it ends the stream, which is no
  /// error. The result is the whole answer so far. Only a stream that has not begun is tried again.
  [[nodiscard]] Result<ChatResponse> stream_chat(const ChatRequest& request,
                                                 const std::function<bool(const ChatChunk&)>& on_chunk,
                                                 const std::stop_token& stop = {});

  [[nodiscard]] Result<EmbeddingsResponse> embed(const EmbeddingsInput& input,
                                                 const std::stop_token& stop = {});

  /// Begins a call, a child of what is current here, and returns. `on_done` is called once, on the client's
  /// thread, which it must not hold up.
  void start_chat(const ChatRequest& request, std::function<void(Result<ChatResponse>)> on_done,
                  const std::stop_token& stop = {});
  void start_embed(const EmbeddingsInput& input, std::function<void(Result<EmbeddingsResponse>)> on_done,
                   const std::stop_token& stop = {});
  /// The same for an answer that is read piece by piece. Never fails; the stream does.
  [[nodiscard]] ChatStream open_stream(const ChatRequest& request, const std::stop_token& stop = {});

 protected:
  Client(std::unique_ptr<detail::Dialect> dialect, ClientOptions options,
         const Instrumentation& instrumentation);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::genai
