#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "transport/http_server.h"
#include "transport/http_server_connection.h"

namespace sonde::transport {

/// The handler's end of a request. See http_server_connection.h for who owns whom.
class ServerExchange final : public HttpExchange {
 public:
  ServerExchange(std::shared_ptr<boost::asio::io_context> io, std::weak_ptr<HttpConnection> connection,
                 HttpRequest request, std::shared_ptr<const std::atomic<bool>> client_left)
      : io_(std::move(io)),
        connection_(std::move(connection)),
        request_(std::move(request)),
        client_left_(std::move(client_left)) {}

  ~ServerExchange() override {
    const std::shared_ptr<HttpConnection> connection = connection_.lock();
    if (connection == nullptr || stage_ == Stage::answered) return;
    if (stage_ == Stage::streaming) {
      connection->close_now();
    } else {
      connection->respond_error(std::move(request_), 500, "the request was dropped by its handler");
    }
  }

  ServerExchange(const ServerExchange&) = delete;
  ServerExchange& operator=(const ServerExchange&) = delete;

  [[nodiscard]] const HttpRequest& request() const noexcept override { return request_; }
  [[nodiscard]] std::string take_body() override { return std::move(request_.body); }
  [[nodiscard]] bool is_closed() const noexcept override { return *client_left_; }
  [[nodiscard]] bool is_answered() const noexcept { return stage_ == Stage::answered; }

  void respond(HttpResponse response) override {
    if (!advance(Stage::open, Stage::answered)) return;
    if (const auto connection = connection_.lock()) connection->respond(std::move(response));
  }

  void start_stream(HttpResponse head) override {
    if (!advance(Stage::open, Stage::streaming)) return;
    if (const auto connection = connection_.lock()) connection->start_stream(std::move(head));
  }

  void write(std::string chunk) override {
    if (stage_ != Stage::streaming || is_closed()) return;
    if (const auto connection = connection_.lock()) connection->write_stream(std::move(chunk));
  }

  void finish() override {
    if (!advance(Stage::streaming, Stage::answered)) return;
    if (const auto connection = connection_.lock()) connection->finish_stream();
  }

 private:
  enum class Stage : std::uint8_t { open, streaming, answered };

  /// False if the handler breaks the order of calls; what it then asks for is left undone.
  bool advance(Stage from, Stage to) { return stage_.compare_exchange_strong(from, to); }

  std::shared_ptr<boost::asio::io_context> io_;  // first, so that it goes after the connection
  std::weak_ptr<HttpConnection> connection_;
  HttpRequest request_;
  std::shared_ptr<const std::atomic<bool>> client_left_;
  std::atomic<Stage> stage_ = Stage::open;
};

}  // namespace sonde::transport
