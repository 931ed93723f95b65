#include "transport/http_server_connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <exception>
#include <utility>

#include "transport/compression.h"
#include "transport/http_server_exchange.h"
#include "transport/http_server_wire.h"

namespace sonde::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr std::size_t head_read_bytes = 8 * 1024;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t max_queued_bytes = 64u << 20;
/// How long the rest of a refused request is read and thrown away, so that the client, still sending, gets to
/// see the answer instead of a reset.
constexpr std::chrono::seconds drain_time{2};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

/// Why a body could not be decompressed, as a status.
unsigned status_of(const Error& error) {
  switch (error.code) {
    case sonde::ErrorCode::unimplemented: return 415;
    case sonde::ErrorCode::resource_exhausted: return 413;
    case sonde::ErrorCode::invalid_argument: return 400;
    default: return 500;
  }
}

bool wants_body(http::verb method) {
  return method == http::verb::post || method == http::verb::put || method == http::verb::patch;
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, HttpServerContext& server)
    : server_(server), socket_(std::move(socket)), timer_(socket_.get_executor()) {}

template <class Function>
void HttpConnection::post(Function function) {
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), function = std::move(function)]() mutable { function(); });
}

void HttpConnection::start() {
  post([this] {
    read_request();
    watch_the_clock();
  });
}

void HttpConnection::close_when_idle() {
  post([this] {
    const bool is_reading = state_ == State::reading && parser_.has_value();
    if (is_reading && !parser_->got_some() && buffer_.size() == 0) close();
  });
}

void HttpConnection::close_now() {
  post([this] { close(); });
}

void HttpConnection::read_request() {
  if (server_.is_stopping && buffer_.size() == 0) return close();
  state_ = State::reading;
  deadline_ = Clock::now() + server_.options.idle_timeout;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(server_.options.max_header_bytes));
  parser_->body_limit(server_.options.max_body_bytes);
  head_checked_ = false;
  body_unread_ = false;
  if (buffer_.size() == 0 && buffer_.capacity() > 2 * head_read_bytes) buffer_.shrink_to_fit();
  parse();
}

void HttpConnection::read_more() {
  socket_.async_read_some(buffer_.prepare(head_checked_ ? body_read_bytes : head_read_bytes),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            self->buffer_.commit(bytes);
                            self->on_read(error);
                          });
}

void HttpConnection::on_read(ErrorCode error) {
  if (state_ != State::reading) return;
  if (error) return close();
  // A head has to come as a whole within the time; a body may take longer as long as it keeps coming.
  if (head_checked_) deadline_ = Clock::now() + server_.options.idle_timeout;
  parse();
}

void HttpConnection::parse() {
  while (!parser_->is_done()) {
    if (buffer_.size() == 0) return read_more();
    ErrorCode error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == http::error::need_more) {
      if (head_checked_ && buffer_.size() >= server_.options.max_header_bytes) {
        return refuse(400, "the header of a chunk is too long");
      }
      return read_more();
    }
    if (error) return refuse_unparsable(error);
    if (!head_checked_ && parser_->is_header_done()) {
      head_checked_ = true;
      if (!check_head()) return;
    }
  }
  handle();
}

/// Whether to go on with the body at once. If not, the request is refused, or told to go on.
bool HttpConnection::check_head() {
  const auto& head = parser_->get();
  is_http_1_0_ = head.version() == 10;
  is_head_ = head.method() == http::verb::head;
  keep_alive_ = head.keep_alive();
  const bool has_length = parser_->content_length().has_value() || parser_->chunked();
  if (const auto coding = head[http::field::transfer_encoding];
      !coding.empty() && !beast::iequals(coding, "chunked")) {
    refuse(501, "the only transfer coding supported is chunked");
    return false;
  }
  if (!is_http_1_0_ && head.find(http::field::host) == head.end()) {
    refuse(400, "the field Host is missing");
    return false;
  }
  if (wants_body(head.method()) && !has_length) {
    refuse(411, "a request with a body needs Content-Length or Transfer-Encoding: chunked");
    return false;
  }
  const auto expectation = head[http::field::expect];
  if (expectation.empty() || is_http_1_0_ || parser_->is_done()) return true;
  if (!beast::iequals(expectation, "100-continue")) {
    refuse(417, "the only expectation supported is 100-continue");
    return false;
  }
  if (buffer_.size() > 0) return true;  // the client did not wait
  send_continue();
  return false;
}

void HttpConnection::send_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(
      socket_, asio::buffer(go_on),
      [self = shared_from_this()](ErrorCode error, std::size_t /*bytes*/) { self->on_read(error); });
}

void HttpConnection::refuse_unparsable(ErrorCode error) {
  if (error == http::error::body_limit) {
    return refuse(413, "the body is longer than the limit of " +
                           std::to_string(server_.options.max_body_bytes) + " bytes");
  }
  if (error == http::error::header_limit) return refuse(431, "the request line or the fields are too long");
  if (error == http::error::bad_version) return refuse(505, "the only version supported is HTTP/1.1");
  refuse(400, "this is not HTTP: " + error.message());
}

/// Answers before the request was read to its end: where the next one begins is then unknown.
void HttpConnection::refuse(unsigned status, std::string_view message) {
  keep_alive_ = false;
  body_unread_ = true;
  const HttpRequest request = take_request();
  answer(render_error(request, status, message));
}

HttpRequest HttpConnection::take_request() {
  auto message = parser_->release();
  parser_.reset();
  HttpRequest request;
  request.method = view(message.method_string());
  request.target = view(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(view(field.name_string()), view(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

void HttpConnection::handle() {
  state_ = State::handling;
  deadline_ = Clock::time_point::max();
  HttpRequest request = take_request();
  if (const std::string coding(header(request.headers, "Content-Encoding")); !coding.empty()) {
    Expected<std::string> body =
        decompress(coding, std::exchange(request.body, {}), server_.options.max_body_bytes);
    if (!body) {
      HttpResponse response = render_error(request, status_of(body.error()), body.error().message);
      if (response.status == 415) response.headers.emplace_back("Accept-Encoding", "gzip, deflate, zstd");
      return answer(std::move(response));
    }
    request.body = *std::move(body);
  }
  dispatch(std::move(request));
}

void HttpConnection::dispatch(HttpRequest request) {
  const std::string path = target_path(request.target);
  const HttpRoutes::Match match = server_.routes.find(request.method, path);
  if (match.handler == nullptr) {
    if (match.allowed_methods.empty()) {
      return answer(render_error(request, 404, "there is nothing at " + path));
    }
    HttpResponse response = render_error(
        request, 405, path + " does not take " + request.method + ", but " + match.allowed_methods);
    response.headers.emplace_back("Allow", match.allowed_methods);
    return answer(std::move(response));
  }
  client_left_ = std::make_shared<std::atomic<bool>>(false);
  const auto exchange =
      std::make_shared<ServerExchange>(server_.io, weak_from_this(), std::move(request), client_left_);
  try {
    (*match.handler)(exchange);
  } catch (const std::exception&) {  // the exchange answers 500 when it goes
    return;
  }
  if (!exchange->is_answered()) watch_for_leaving();
}

/// While a handler is at work nothing is read, so this is how a client that goes away is noticed: its end of
/// the connection shows as readable with nothing to read. A client that sent the next request already cannot
/// be watched; it will hardly leave.
void HttpConnection::watch_for_leaving() {
  if (is_watching_) return;
  is_watching_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](ErrorCode error) {
    self->is_watching_ = false;
    const bool is_streaming = self->state_ == State::streaming;
    if (error || (self->state_ != State::handling && !is_streaming)) return;
    if (self->socket_.available(error) > 0) return;
    *self->client_left_ = true;
    // It may have closed only its own direction and wait for the answer. A stream could run for ever.
    if (is_streaming) self->close();
  });
}

HttpResponse HttpConnection::render_error(const HttpRequest& request, unsigned status,
                                          std::string_view message) const {
  HttpResponse response;
  if (server_.error_renderer) {
    response = server_.error_renderer(request, status, message);
  } else {
    response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
    response.body = std::string(message) + "\n";
  }
  response.status = status;
  return response;
}

void HttpConnection::respond(HttpResponse response) {
  post([this, response = std::move(response)]() mutable { answer(std::move(response)); });
}

void HttpConnection::respond_error(HttpRequest request, unsigned status, std::string message) {
  post([this, request = std::move(request), status, message = std::move(message)] {
    answer(render_error(request, status, message));
  });
}

void HttpConnection::start_stream(HttpResponse head) {
  post([this, head = std::move(head)] { begin_stream(head); });
}

void HttpConnection::write_stream(std::string chunk) {
  post([this, chunk = std::move(chunk)] { queue_chunk(chunk); });
}

void HttpConnection::finish_stream() {
  post([this] { end_stream(); });
}

void HttpConnection::answer(HttpResponse response) {
  if (state_ == State::closed) return;
  state_ = State::writing;
  keep_alive_ = keep_alive_ && !server_.is_stopping;
  const HttpFraming framing{
      .content_length = response.body.size(), .keep_alive = keep_alive_, .http_1_0 = is_http_1_0_};
  std::string head = response_head(response, server_.default_headers, framing);
  if (is_head_ || status_has_no_body(response.status)) response.body.clear();
  write(std::move(head), std::move(response.body));
}

void HttpConnection::begin_stream(const HttpResponse& head) {
  if (state_ == State::closed) return;
  state_ = State::streaming;
  stream_ended_ = false;
  is_chunked_ = !is_http_1_0_;
  keep_alive_ = keep_alive_ && is_chunked_ && !server_.is_stopping;
  const HttpFraming framing{.chunked = is_chunked_, .keep_alive = keep_alive_, .http_1_0 = is_http_1_0_};
  write(response_head(head, server_.default_headers, framing), {});
}

void HttpConnection::queue_chunk(std::string_view chunk) {
  if (state_ != State::streaming || is_head_) return;
  if (queued_.size() + chunk.size() > max_queued_bytes) return close();
  if (is_chunked_) {
    append_chunk(chunk, queued_);
  } else {
    queued_ += chunk;
  }
  if (!is_writing_ && !queued_.empty()) write({}, std::exchange(queued_, {}));
}

void HttpConnection::end_stream() {
  if (state_ != State::streaming) return;
  stream_ended_ = true;
  if (is_chunked_ && !is_head_) queued_ += last_chunk;
  if (!is_writing_) write({}, std::exchange(queued_, {}));
}

void HttpConnection::write(std::string head, std::string body) {
  is_writing_ = true;
  head_ = std::move(head);
  body_ = std::move(body);
  deadline_ = Clock::now() + server_.options.idle_timeout;
  const auto until_all = [this](ErrorCode error, std::size_t /*written*/) -> std::size_t {
    deadline_ = Clock::now() + server_.options.idle_timeout;
    return error ? 0 : body_read_bytes;
  };
  const std::array buffers = {asio::buffer(std::as_const(head_)), asio::buffer(std::as_const(body_))};
  asio::async_write(
      socket_, buffers, until_all,
      [self = shared_from_this()](ErrorCode error, std::size_t /*bytes*/) { self->on_written(error); });
}

void HttpConnection::on_written(ErrorCode error) {
  is_writing_ = false;
  if (error) return close();
  if (state_ == State::closed) return;
  if (state_ == State::streaming) {
    if (!queued_.empty()) return write({}, std::exchange(queued_, {}));
    if (!stream_ended_) {
      deadline_ = Clock::time_point::max();  // the handler's turn
      return;
    }
  }
  head_ = {};
  body_ = {};
  if (keep_alive_) return read_request();
  if (body_unread_ || buffer_.size() > 0) return drain();
  close();
}

void HttpConnection::watch_the_clock() {
  if (state_ == State::closed) return;
  timer_.expires_at(std::min(deadline_, Clock::now() + server_.options.idle_timeout));
  timer_.async_wait([self = shared_from_this()](ErrorCode error) {
    if (error) return;
    if (Clock::now() >= self->deadline_) return self->close();
    self->watch_the_clock();
  });
}

void HttpConnection::drain() {
  state_ = State::draining;
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  deadline_ = Clock::now() + drain_time;
  watch_the_clock();
  discard_input();
}

void HttpConnection::discard_input() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(body_read_bytes),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            self->discarded_bytes_ += bytes;
                            if (error || self->discarded_bytes_ > self->server_.options.max_body_bytes) {
                              return self->close();
                            }
                            self->discard_input();
                          });
}

void HttpConnection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  if (client_left_ != nullptr) *client_left_ = true;
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
  timer_.cancel();
  server_.connections.remove(this);
}

}  // namespace sonde::transport
