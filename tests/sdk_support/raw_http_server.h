#pragma once

// An HTTP/1.1 server for tests of HTTP clients, on plain sockets: it parses whole requests, hands each to a
// script and lets that put any bytes on the connection, wait, or tear it down.
//
//     RawHttpServer server(in_turn(answer("503 Service Unavailable"), answer("200 OK", {}, "done")));
//     ... a client talks to server.url("/v1/traces") ...
//     EXPECT_EQ(server.requests().at(0).body, "...");

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sdk_support/loopback.h"
#include "transport/http.h"

namespace sonde::test {

/// How long a test waits for something that should happen at once.
inline constexpr std::chrono::seconds patience{20};

class RawHttpServer {
 public:
  struct Request : transport::HttpRequest {
    std::size_t connection = 0;  ///< Which of the server's connections it came on, from 0.
    std::size_t number = 0;      ///< Which of the server's requests it is, from 0.
  };

  /// The client's connection in the hands of a script, and of nothing else meanwhile.
  class Connection {
   public:
    void send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// Ends it in order.
    void close() { ::shutdown(socket_, SHUT_RDWR); }
    /// Ends it with a TCP reset.
    void reset() {
      reset_when_closed(socket_);
      reset_ = true;
    }
    /// Answers nothing until the client gives up or the server stops.
    void stall() {
      char byte = 0;
      while (::recv(socket_, &byte, 1, 0) > 0) continue;
    }

   private:
    friend class RawHttpServer;
    explicit Connection(int socket) : socket_(socket) {}
    int socket_;
    bool reset_ = false;
  };

  using Script = std::function<void(const Request&, Connection&)>;

  /// `port` 0: any that is free.
  explicit RawHttpServer(Script script, std::uint16_t port = 0)
      : script_(std::move(script)), port_(port), listener_(listen_on_loopback(port_)) {
    acceptor_ = std::thread([this] { accept_connections(); });
  }

  ~RawHttpServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& worker : workers_) worker.join();
  }
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

  [[nodiscard]] std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  /// False if fewer than `count` requests had come by the end of the patience.
  [[nodiscard]] bool wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
  }

 private:
  void accept_connections() {
    while (!stopping_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      workers_.emplace_back([this, socket, number = connections_++] { serve(socket, number); });
    }
  }

  void serve(int socket, std::size_t number) {
    std::string received;
    Connection connection(socket);
    for (Request request; read_request(socket, received, request);) {
      request.connection = number;
      {
        const std::lock_guard lock(mutex_);
        request.number = requests_.size();
        requests_.push_back(request);
      }
      changed_.notify_all();
      script_(request, connection);
      if (connection.reset_) break;
    }
    const std::lock_guard lock(mutex_);
    sockets_.remove(socket);
    ::close(socket);
  }

  static bool read_more(int socket, std::string& received) {
    char buffer[65536];
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) return false;
    received.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  /// Takes one request off the front of `received`; a body has the length that Content-Length says.
  static bool read_request(int socket, std::string& received, Request& request) {
    std::size_t head_end = 0;
    while ((head_end = received.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(socket, received)) return false;
    }
    parse_head(std::string_view(received).substr(0, head_end + 2), request);
    std::size_t length = 0;
    const std::string_view field = transport::header(request.headers, "content-length");
    std::from_chars(field.data(), field.data() + field.size(), length);
    while (received.size() < head_end + 4 + length) {
      if (!read_more(socket, received)) return false;
    }
    request.body = received.substr(head_end + 4, length);
    received.erase(0, head_end + 4 + length);
    return true;
  }

  static void parse_head(std::string_view head, Request& request) {
    const auto next_line = [&head] {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      return line;
    };
    const std::string_view start = next_line();
    const std::size_t target = start.find(' ') + 1;
    request.method = start.substr(0, target - 1);
    request.target = start.substr(target, start.rfind(' ') - target);
    request.headers.clear();
    while (!head.empty()) {
      const std::string_view line = next_line();
      const std::size_t colon = line.find(':');
      std::string_view value = line.substr(colon + 1);
      if (value.starts_with(' ')) value.remove_prefix(1);
      request.headers.emplace_back(line.substr(0, colon), value);
    }
  }

  Script script_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;
  std::size_t connections_ = 0;
  std::list<int> sockets_;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

/// A whole answer with its length, as text.
inline std::string http_answer(std::string_view status, const transport::HttpHeaders& headers = {},
                               std::string_view body = {}) {
  std::string text = "HTTP/1.1 " + std::string(status) + "\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text += body;
}

/// Puts `bytes` on the connection, whatever was asked.
inline RawHttpServer::Script send_bytes(std::string bytes) {
  return [bytes = std::move(bytes)](const RawHttpServer::Request&, RawHttpServer::Connection& connection) {
    connection.send(bytes);
  };
}

inline RawHttpServer::Script answer(std::string_view status, const transport::HttpHeaders& headers = {},
                                    std::string_view body = {}) {
  return send_bytes(http_answer(status, headers, body));
}

inline RawHttpServer::Script stall() {
  return [](const RawHttpServer::Request&, RawHttpServer::Connection& connection) { connection.stall(); };
}

inline RawHttpServer::Script reset() {
  return [](const RawHttpServer::Request&, RawHttpServer::Connection& connection) { connection.reset(); };
}

/// The first request gets the first script, and so on; those after the last get the last.
template <class... Scripts>
RawHttpServer::Script in_turn(Scripts... given) {
  std::vector<RawHttpServer::Script> scripts;
  (scripts.emplace_back(std::move(given)), ...);
  return [scripts = std::move(scripts)](const RawHttpServer::Request& request,
                                        RawHttpServer::Connection& connection) {
    scripts.at(std::min(request.number, scripts.size() - 1))(request, connection);
  };
}

}  // namespace sonde::test
