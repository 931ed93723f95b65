#pragma once

// A loop and the thread that runs it, for calls that nobody waits for.

#include <memory>
#include <stop_token>
#include <thread>

#include "transport/http_loop.h"

namespace sonde::genai::detail {

class BackgroundLoop {
 public:
  /// Starts the thread. Throws std::system_error if there is none to be had.
  explicit BackgroundLoop(transport::HttpClientOptions options);
  /// Lets what has been posted run, and ends; waits for that unless it is the loop's own thread.
  ~BackgroundLoop();
  BackgroundLoop(const BackgroundLoop&) = delete;
  BackgroundLoop& operator=(const BackgroundLoop&) = delete;

  /// May be kept for longer than this; it then runs no more.
  [[nodiscard]] std::shared_ptr<transport::HttpLoop> loop() const noexcept { return {state_, &state_->loop}; }

 private:
  struct State {
    explicit State(transport::HttpClientOptions options) : loop(std::move(options)) {}
    transport::HttpLoop loop;
    bool is_closing = false;  ///< The thread's.
  };

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace sonde::genai::detail
