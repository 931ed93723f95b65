#pragma once

// A network that fails, before a test server that does not: it hands bytes on, connection by connection,
// until it is told to reset them all.

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <thread>

#include "sdk_support/loopback.h"

namespace sonde::test {

class ResettingFront {
 public:
  /// In front of 127.0.0.1:`target`.
  explicit ResettingFront(std::uint16_t target) : target_(target), listener_(listen_on_loopback(port_)) {
    acceptor_ = std::thread([this] { accept_connections(); });
  }
  ~ResettingFront() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& worker : workers_) worker.join();
    ::close(listener_);
  }
  ResettingFront(const ResettingFront&) = delete;
  ResettingFront& operator=(const ResettingFront&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Ends every connection there is with a TCP reset, soon. From any thread.
  void reset_connections() { ++resets_; }

 private:
  void accept_connections() {
    while (!stopping_) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0)
        workers_.emplace_back([this, client, resets = resets_.load()] { serve(client, resets); });
    }
  }

  void serve(int client, int resets) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      while (!stopping_ && resets_ == resets && pass_on(client, server)) continue;
    }
    if (resets_ != resets) reset_when_closed(client);
    ::close(server);
    ::close(client);
  }

  /// What has come within a moment. False if one side has ended.
  static bool pass_on(int client, int server) {
    constexpr int moment = 5;  // milliseconds
    pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(sides, 2, moment) <= 0) return true;
    return (sides[0].revents == 0 || copy(client, server)) && (sides[1].revents == 0 || copy(server, client));
  }

  static bool copy(int from, int to) {
    char buffer[65536];
    const ssize_t size = ::recv(from, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    for (ssize_t sent = 0; sent < size;) {
      const ssize_t part = ::send(to, buffer + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
      if (part <= 0) return false;
      sent += part;
    }
    return true;
  }

  std::uint16_t target_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> resets_ = 0;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace sonde::test
