#include "transport/http_server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "transport/http_server_connection.h"

namespace sonde::transport {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Strand>;
using Clock = std::chrono::steady_clock;

/// How long to wait before accepting again when the process is out of file descriptors or memory.
constexpr std::chrono::milliseconds accept_pause{100};
/// How long connections may take to notice that they are closed.
constexpr std::chrono::milliseconds closing_time{500};

Expected<tcp::endpoint> resolve(asio::io_context& io, const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (!error) return tcp::endpoint(parsed, port);
  const auto found = tcp::resolver(io).resolve(address, std::to_string(port), error);
  if (error || found.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "cannot listen on '" + address + "': it is neither an address nor a name that resolves"};
  }
  return found.begin()->endpoint();
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(HttpServerOptions options)
      : acceptor_(asio::make_strand(*io_)), accept_again_(acceptor_.get_executor()) {
    context_.options = std::move(options);
    context_.io = io_;
  }

  HttpServerContext& context() { return context_; }

  Expected<void> start() {
    const Expected<tcp::endpoint> endpoint = resolve(*io_, context_.options.address, context_.options.port);
    if (!endpoint) return endpoint.error();
    boost::system::error_code error;
    const auto succeeded = [&error](auto&& step) {
      if (!error) step();
      return !error;
    };
    succeeded([&] { acceptor_.open(endpoint->protocol(), error); });
    succeeded([&] { acceptor_.set_option(tcp::acceptor::reuse_address(true), error); });
    succeeded([&] { acceptor_.bind(*endpoint, error); });
    succeeded([&] { acceptor_.listen(asio::socket_base::max_listen_connections, error); });
    if (error) {
      return Error{
          error == asio::error::access_denied ? ErrorCode::permission_denied : ErrorCode::unavailable,
          "cannot listen on " + context_.options.address + ":" + std::to_string(context_.options.port) +
              ": " + error.message()};
    }
    port_ = acceptor_.local_endpoint(error).port();
    asio::post(acceptor_.get_executor(), [this] { accept(); });
    for (std::size_t i = 0; i < std::max<std::size_t>(1, context_.options.threads); ++i) {
      threads_.emplace_back([io = io_] { io->run(); });
    }
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void stop(std::chrono::milliseconds grace) {
    const std::scoped_lock lock(stop_mutex_);
    if (std::exchange(is_stopped_, true)) return;
    context_.is_stopping = true;
    asio::post(acceptor_.get_executor(), [this] { close_acceptor(); });
    if (!threads_.empty()) {
      for (const auto& connection : context_.connections.all()) connection->close_when_idle();
      context_.connections.wait_until_none(Clock::now() + grace);
      for (const auto& connection : context_.connections.all()) connection->close_now();
      context_.connections.wait_until_none(Clock::now() + closing_time);
    }
    io_->stop();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void accept() {
    acceptor_.async_accept(asio::make_strand(*io_), [this](boost::system::error_code error, Socket socket) {
      if (context_.is_stopping) return;
      if (error) return pause_accepting();
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto connection = std::make_shared<HttpConnection>(std::move(socket), context_);
      context_.connections.add(connection);
      connection->start();
      accept();
    });
  }

  void pause_accepting() {
    accept_again_.expires_after(accept_pause);
    accept_again_.async_wait([this](boost::system::error_code error) {
      if (!error && !context_.is_stopping) accept();
    });
  }

  void close_acceptor() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accept_again_.cancel();
  }

  std::shared_ptr<asio::io_context> io_ = std::make_shared<asio::io_context>();
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(*io_);
  HttpServerContext context_;
  Acceptor acceptor_;
  Timer accept_again_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  bool is_stopped_ = false;
};

HttpServer::HttpServer(HttpServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::route(std::string method, std::string path, HttpHandler handler) {
  impl_->context().routes.add(std::move(method), std::move(path), std::move(handler));
}

void HttpServer::set_default_headers(HttpHeaders headers) {
  impl_->context().default_headers = std::move(headers);
}

void HttpServer::set_error_renderer(HttpErrorRenderer renderer) {
  impl_->context().error_renderer = std::move(renderer);
}

Expected<void> HttpServer::start() { return impl_->start(); }

std::uint16_t HttpServer::port() const noexcept { return impl_->port(); }

void HttpServer::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace sonde::transport
