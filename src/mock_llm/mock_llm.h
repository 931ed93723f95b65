#pragma once

// An OpenAI-compatible service without a model, as a function from requests to replies: no sockets, no
// clocks to wait for. MockLlmServer puts it on a port.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "mock_llm/api_error.h"
#include "transport/http.h"

namespace sonde::mock_llm {

struct MockLlmOptions {
  std::string api_key = {};  ///< Required of every request as a bearer token; empty: none is.
  /// The share of requests, 0 to 1, that fail with error_status. They are spread evenly and not at random, so
  /// that 0.25 fails exactly every fourth request.
  double error_rate = 0;
  unsigned error_status = 500;                     ///< 400 to 599.
  std::chrono::milliseconds latency{0};            ///< From the request to the first token.
  std::chrono::milliseconds latency_per_token{0};  ///< From each token to the next.
};

struct Reply {
  transport::HttpResponse response;
  /// If not empty: the body's pieces in place of `response.body`, to be written one by one as server-sent
  /// events.
  std::vector<std::string> events;
  std::chrono::milliseconds delay{0};           ///< To wait before the answer, or before its first event.
  std::chrono::milliseconds event_interval{0};  ///< To wait between events.
};

/// Thread-safe.
class MockLlm {
 public:
  explicit MockLlm(MockLlmOptions options) : options_(std::move(options)) {}

  /// The reply to a request with method, target, headers and body. Never fails: what is wrong with the
  /// request is in the reply, in the shape of OpenAI's errors.
  [[nodiscard]] Reply reply(const transport::HttpRequest& request);

 private:
  Reply route(const transport::HttpRequest& request);
  Reply chat(const std::string& body);
  Reply embeddings(const std::string& body);
  [[nodiscard]] bool is_authorised(const transport::HttpRequest& request) const;
  bool fails_by_injection();

  const MockLlmOptions options_;
  std::atomic<std::uint64_t> next_id_{1};
  std::mutex mutex_;
  double owed_errors_ = 0;  ///< Guarded by mutex_; reaches 1 when the next error is due.
};

}  // namespace sonde::mock_llm
