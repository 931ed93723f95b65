#pragma once

// A small HTTP server for one page: one thread, a few connections at a time, each of which has bounded bytes
// and bounded time for its one request, so that no client can keep others out for long.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/metrics/scrape_request.h"
#include "sonde/expected.hpp"
#include "sonde/otlp_batch.hpp"

namespace sonde::detail {

/// A socket or another descriptor, closed with this.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

class ScrapeServer {
 public:
  /// The page in a format; called on the server's thread.
  using Page = std::function<std::string(const PrometheusFormat&)>;

  /// Listens, but does not answer yet.
  [[nodiscard]] static Expected<std::unique_ptr<ScrapeServer>> create(const std::string& host,
                                                                      std::uint16_t port, Page page);
  ~ScrapeServer();  ///< Stops.
  ScrapeServer(const ScrapeServer&) = delete;
  ScrapeServer& operator=(const ScrapeServer&) = delete;

  /// Answers from now on, on a thread of its own. Fails with unavailable if there is none.
  [[nodiscard]] Expected<void> start();
  /// Ends the thread and closes all connections.
  void stop() noexcept;

  /// In a forked child, which has not the thread: gives up the port.
  void abandon() noexcept { listener_ = FileDescriptor(); }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  static constexpr std::size_t most_connections = 16;
  static constexpr std::chrono::seconds patience{10};  ///< For a request, and for taking the answer.

 private:
  struct Connection {
    FileDescriptor socket;
    Deadline deadline;
    std::string request;
    std::string answer;
    std::size_t sent = 0;
    bool is_answered = false;
  };

  ScrapeServer(FileDescriptor listener, FileDescriptor waker, std::uint16_t port, Page page);
  void run() noexcept;
  void serve();
  void accept_connection();
  /// False: it is done with, one way or another.
  [[nodiscard]] bool proceed(Connection& connection, short events);
  [[nodiscard]] bool read_request(Connection& connection);
  [[nodiscard]] std::string answer_to(const ScrapeRequest& request) const;

  FileDescriptor listener_;
  FileDescriptor waker_;
  const std::uint16_t port_;
  const Page page_;
  std::vector<Connection> connections_;
  std::atomic<bool> is_stopped_{false};
  std::thread thread_;
};

}  // namespace sonde::detail
