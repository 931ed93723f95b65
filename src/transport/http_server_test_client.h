#pragma once

// A client for tests that sends exactly the bytes it is told, well-formed or not.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "transport/http.h"

namespace sonde::transport {

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~TestClient() { leave(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  [[nodiscard]] bool is_connected() const { return connected_; }

  /// False if the server cut the connection meanwhile.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Sends a request with Host and, if there is one, a body with its length.
  void request(const std::string& method, const std::string& target, const std::string& fields = {},
               const std::string& body = {}) {
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + fields;
    if (!body.empty() || method == "POST") {
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    send(text + "\r\n" + body);
  }

  /// One answer; status 0 if the connection ended before it was whole. `head_only`: to a HEAD request.
  HttpResponse response(bool head_only = false) {
    HttpResponse response = head();
    if (response.status == 0 || response.status == 100 || response.status == 204 || head_only)
      return response;
    if (header(response.headers, "Transfer-Encoding") == "chunked") {
      if (!read_chunks(response.body)) response.status = 0;
    } else if (const std::string_view length = header(response.headers, "Content-Length"); !length.empty()) {
      if (!take(std::strtoul(length.data(), nullptr, 10), response.body)) response.status = 0;
    } else {
      response.body = rest();
    }
    return response;
  }

  /// The status line and the fields of an answer.
  HttpResponse head() {
    HttpResponse response;
    response.status = 0;
    std::string line;
    if (!read_line(line) || line.size() < 12) return response;
    const auto status = static_cast<unsigned>(std::strtoul(line.substr(9, 3).c_str(), nullptr, 10));
    while (read_line(line)) {
      if (line.empty()) {
        response.status = status;
        break;
      }
      const std::size_t colon = line.find(": ");
      response.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return response;
  }

  bool read_line(std::string& line) {
    std::size_t end = 0;
    while ((end = received_.find("\r\n")) == std::string::npos) {
      if (!receive()) return false;
    }
    line = received_.substr(0, end);
    received_.erase(0, end + 2);
    return true;
  }

  /// Everything up to the end of the connection.
  std::string rest() {
    while (receive()) {
    }
    return std::move(received_);
  }

  /// Whether the server ends the connection, without a further byte, before patience runs out.
  bool is_closed_by_server() { return received_.empty() && !receive() && errno != EAGAIN; }

  void close_sending_side() { shutdown(socket_, SHUT_WR); }
  void leave() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

 private:
  bool receive() {
    char bytes[16 * 1024];
    errno = 0;
    const ssize_t size = recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  bool take(std::size_t size, std::string& out) {
    while (received_.size() < size) {
      if (!receive()) return false;
    }
    out += received_.substr(0, size);
    received_.erase(0, size);
    return true;
  }

  bool read_chunks(std::string& body) {
    std::string line;
    while (read_line(line)) {
      const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
      if (!take(size, body) || !read_line(line)) return false;
      if (size == 0) return true;
    }
    return false;
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace sonde::transport
