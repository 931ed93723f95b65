#pragma once

// Many HTTP requests at once on one thread. libcurl says which sockets to watch and until when to wait, and
// epoll watches them all, so a thousand streams cost what their bytes cost.
//
// A loop belongs to the thread that runs it: its functions are called there, between or within callbacks, and
// so are all callbacks. Only post() is for other threads.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "sonde/expected.hpp"
#include "transport/http.h"
#include "transport/http_client.h"

namespace sonde::transport {

class HttpLoop {
 public:
  using Id = std::uint64_t;  ///< Of a request; never used again.

  struct Request {
    HttpRequest message = {};
    BodySink on_data = {};  ///< As in PerformOptions.
    /// What came of it, as HttpClient::perform() says. Called once, by run_until().
    std::function<void(Expected<HttpClientResponse>)> on_done = {};
    std::chrono::milliseconds timeout{};
    bool on_fresh_connection = false;  ///< Not on one that was kept, which may have caused a failure.
  };

  explicit HttpLoop(HttpClientOptions options);
  ~HttpLoop();  ///< Ends what is under way without calling anybody.
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// Whether it was made before a fork: then it is of no use, and leaves the connections to the parent.
  [[nodiscard]] bool is_inherited() const noexcept;

  Id start(Request request);
  /// Nobody is called any more. Does nothing if it is over.
  void cancel(Id request);
  /// Takes no more of the body, so that the server has to wait, until resume().
  void hold(Id request) noexcept;
  void resume(Id request);  ///< May call the sink and on_done. Not within a callback of that request.

  void run_after(std::chrono::milliseconds time, std::function<void()> action);

  /// Has run_until() call `action` soon. Thread-safe.
  void post(std::function<void()> action);

  /// Calls back until is_done(), which is asked after every callback or more seldom. What a sink or another
  /// callback throws comes out of this; the request is over then.
  void run_until(const std::function<bool()>& is_done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::transport
