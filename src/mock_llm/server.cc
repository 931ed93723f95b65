#include "mock_llm/server.h"

#include <memory>
#include <string_view>
#include <utility>

namespace sonde::mock_llm {
namespace {

constexpr std::size_t max_request_bytes = 8u << 20;

/// A streamed reply on its way: writes one event, then waits for the next one's time.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(std::shared_ptr<transport::HttpExchange> exchange, Reply reply, Timer& timer)
      : exchange_(std::move(exchange)), reply_(std::move(reply)), timer_(timer) {}

  void start() {
    exchange_->start_stream(reply_.response);
    write();
  }

 private:
  void write() {
    while (next_ < reply_.events.size() && !exchange_->is_closed()) {
      exchange_->write(std::move(reply_.events[next_++]));
      if (reply_.event_interval.count() == 0) continue;
      timer_.run_after(reply_.event_interval, [self = shared_from_this()] { self->write(); });
      return;
    }
    exchange_->finish();
  }

  std::shared_ptr<transport::HttpExchange> exchange_;
  Reply reply_;
  Timer& timer_;
  std::size_t next_ = 0;
};

/// What the server itself refuses (a body too large, a request that is no HTTP), in the shape OpenAI's
/// clients read.
transport::HttpResponse render_error(const transport::HttpRequest& /*request*/, unsigned status,
                                     std::string_view message) {
  ApiError error{.status = status, .message = std::string(message)};
  if (status >= 500) error.type = "server_error";
  return {status, {{"Content-Type", "application/json"}}, to_json(error)};
}

}  // namespace

MockLlmServer::MockLlmServer(MockLlmOptions options, std::string address, std::uint16_t port)
    : mock_(std::move(options)),
      address_(std::move(address)),
      server_({.address = address_, .port = port, .max_body_bytes = max_request_bytes}) {
  for (const char* const method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    server_.route(method, "/*", [this](auto exchange) { answer(std::move(exchange)); });
  }
  server_.set_error_renderer(render_error);
}

std::string MockLlmServer::base_url() const {
  const bool is_ipv6 = address_.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + address_ + "]" : address_) + ":" + std::to_string(server_.port()) +
         "/v1";
}

void MockLlmServer::answer(std::shared_ptr<transport::HttpExchange> exchange) {
  Reply reply = mock_.reply(exchange->request());
  const std::chrono::milliseconds delay = reply.delay;
  auto send = [this, exchange = std::move(exchange), reply = std::move(reply)]() mutable {
    if (reply.events.empty()) {
      exchange->respond(std::move(reply.response));
    } else {
      std::make_shared<Stream>(std::move(exchange), std::move(reply), timer_)->start();
    }
  };
  if (delay.count() == 0) {
    send();
  } else {
    timer_.run_after(delay, std::move(send));
  }
}

}  // namespace sonde::mock_llm
