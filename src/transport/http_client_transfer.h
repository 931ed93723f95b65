#pragma once

// One libcurl transfer on connections that outlive it. Internal to the HTTP client.

#include <curl/curl.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <stop_token>
#include <string_view>

#include "transport/http_client.h"

namespace sonde::transport {

struct CurlDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using EasyHandle = std::unique_ptr<CURL, CurlDeleter>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter>;

/// libcurl's multi handle: keeps the connections between transfers, and can be woken from another thread.
class Connections {
 public:
  Connections() : multi_(curl_multi_init()) {}
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Whether they were opened before a fork.
  [[nodiscard]] bool inherited() const noexcept { return process_ != getpid(); }

  /// Runs one transfer to its end; CURLE_ABORTED_BY_CALLBACK if stopped.
  [[nodiscard]] CURLcode run(CURL* easy, const std::stop_token& stop) const noexcept;

 private:
  [[nodiscard]] CURLcode wait(const std::stop_token& stop) const noexcept;

  CURLM* multi_;
  pid_t process_ = getpid();
};

/// An easy handle, and what its callbacks gather of the answer.
class Transfer {
 public:
  /// With `may_connect` false only a kept connection will do.
  Transfer(const BodySink& on_data, std::size_t max_body_bytes, bool may_connect);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Null if libcurl has no memory.
  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }

  HttpClientResponse response;  ///< As far as it came.
  bool is_held = false;         ///< No more of the body is taken until this is false again.
  bool too_long = false;        ///< More than is allowed came.
  bool ended_by_sink = false;
  bool refused_to_connect = false;
  std::exception_ptr exception;  ///< Thrown by the sink, or for want of memory.
  std::array<char, CURL_ERROR_SIZE> reason{};

  [[nodiscard]] unsigned status() const noexcept;

 private:
  // libcurl's callbacks.
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) noexcept;
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) noexcept;
  static curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) noexcept;

  void take_header_line(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view piece);

  EasyHandle easy_;
  const BodySink& on_data_;
  std::size_t max_body_bytes_;
  bool may_connect_;
  std::size_t header_bytes_ = 0;
  bool head_complete_ = false;
};

}  // namespace sonde::transport
