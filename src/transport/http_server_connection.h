#pragma once

// One client's connection: reads a request, hands it to its handler, writes the answer, reads the next. All
// of it runs on the connection's strand, so nothing here needs a lock; what handlers do on other threads is
// posted to it.
//
// Who owns whom: pending operations own the connection; an exchange knows it weakly, and owns the io_context
// that its answers are posted to. Nothing in that queue owns an exchange, so an exchange may outlive the
// server.

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "transport/http_server.h"
#include "transport/http_server_context.h"

namespace sonde::transport {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Strand>;

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(Socket socket, HttpServerContext& server);

  // All of these are thread-safe.
  /// Reads the first request.
  void start();
  /// Closes as soon as no request is under way.
  void close_when_idle();
  void close_now();

  // What becomes of the current request; thread-safe too.
  void respond(HttpResponse response);
  void respond_error(HttpRequest request, unsigned status, std::string message);
  void start_stream(HttpResponse head);
  void write_stream(std::string chunk);
  void finish_stream();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using ErrorCode = boost::system::error_code;
  enum class State : std::uint8_t { reading, handling, streaming, writing, draining, closed };

  // Reading.
  void read_request();
  void read_more();
  void on_read(ErrorCode error);
  void parse();
  [[nodiscard]] bool check_head();
  void send_continue();
  void refuse(unsigned status, std::string_view message);
  void refuse_unparsable(ErrorCode error);
  [[nodiscard]] HttpRequest take_request();

  // Handling.
  void handle();
  void dispatch(HttpRequest request);
  void watch_for_leaving();
  [[nodiscard]] HttpResponse render_error(const HttpRequest& request, unsigned status,
                                          std::string_view message) const;

  // Writing.
  void answer(HttpResponse response);
  void begin_stream(const HttpResponse& head);
  void queue_chunk(std::string_view chunk);
  void end_stream();
  void write(std::string head, std::string body);
  void on_written(ErrorCode error);

  // Ending.
  void watch_the_clock();
  void drain();
  void discard_input();
  void close();

  /// Runs `function` on the strand; it may use `this`.
  template <class Function>
  void post(Function function);

  HttpServerContext& server_;
  Socket socket_;
  Timer timer_;
  State state_ = State::reading;
  std::chrono::steady_clock::time_point deadline_;  ///< When the connection is closed for want of progress.

  // The request on its way in.
  boost::beast::flat_buffer
      buffer_;  ///< Read and not yet parsed; more than one request if the client hurries.
  std::optional<Parser> parser_;
  bool head_checked_ = false;
  bool keep_alive_ = true;
  bool is_http_1_0_ = false;
  bool is_head_ = false;      ///< The method is HEAD.
  bool body_unread_ = false;  ///< The request was refused while its body may still be coming.

  // The request at its handler.
  std::shared_ptr<std::atomic<bool>> client_left_;  ///< One for each request, shared with its exchange.
  bool is_watching_ = false;

  // The answer on its way out.
  std::string head_;
  std::string body_;
  std::string queued_;  ///< Of a streamed answer: what waits until head_ and body_ are written.
  bool is_writing_ = false;
  bool is_chunked_ = false;
  bool stream_ended_ = false;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace sonde::transport
