#pragma once

// Calls of model providers from Boost.Asio (1.81 and later): what Client and ChatStream do with callbacks,
// for any of Asio's completion tokens.
//
//     sonde::openai::Client client;
//     auto answer = co_await sonde::bridge::async_chat(client, request);
//
//     sonde::genai::ChatStream stream = client.open_stream(request);
//     while (auto chunk = co_await sonde::bridge::async_next(stream)) std::cout << chunk->text;
//
// The caller goes on through its own executor, never on the client's thread; in a coroutine that carries
// context (bridge/asio.hpp) with its context. A call is a child of what is current where it begins.
// Cancelling, of any type, cancels the call: its result then is an error of type "cancelled", and of a stream
// there is nothing next. Client and stream must live until the call is over. Nothing here waits.

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "sonde/genai/client.hpp"

namespace sonde::bridge {

namespace detail {

/// A handler until it is called, once, through its executor, which has work meanwhile.
template <class Handler>
class PendingHandler {
 public:
  explicit PendingHandler(Handler handler)
      : handler_(std::move(handler)), work_(boost::asio::get_associated_executor(handler_)) {}

  /// Calls cancel() when the operation is cancelled.
  template <class Cancel>
  void on_cancel(Cancel cancel) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([cancel = std::move(cancel)](boost::asio::cancellation_type type) mutable {
      if (type != boost::asio::cancellation_type::none) cancel();
    });
  }

  template <class Result>
  void complete(Result result) {
    const auto executor = work_.get_executor();
    boost::asio::post(executor, [handler = std::move(handler_), work = std::move(work_),
                                 result = std::move(result)]() mutable {
      if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
        slot.clear();
      }
      std::move(handler)(std::move(result));
    });
  }

 private:
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
};

/// start(on_done, stop_token) begins a call whose outcome is an `Outcome`.
template <class Outcome, class Token, class Start>
auto initiate(Token&& token, Start start) {
  return boost::asio::async_initiate<Token, void(Outcome)>(
      [](auto handler, Start begin) {
        const auto pending = std::make_shared<PendingHandler<decltype(handler)>>(std::move(handler));
        const std::stop_source stop;
        pending->on_cancel([stop]() mutable { stop.request_stop(); });
        begin([pending](Outcome outcome) { pending->complete(std::move(outcome)); }, stop.get_token());
      },
      token, std::move(start));
}

}  // namespace detail

/// As Client::chat(); the token's result is a Result<ChatResponse>.
template <class Token = const boost::asio::use_awaitable_t<>&>
auto async_chat(genai::Client& client, genai::ChatRequest request,
                Token&& token = boost::asio::use_awaitable) {
  return detail::initiate<genai::Result<genai::ChatResponse>>(
      std::forward<Token>(token),
      [&client, request = std::move(request)](auto on_done, const std::stop_token& stop) {
        client.start_chat(request, std::move(on_done), stop);
      });
}

/// As Client::embed(); the token's result is a Result<EmbeddingsResponse>.
template <class Token = const boost::asio::use_awaitable_t<>&>
auto async_embed(genai::Client& client, genai::EmbeddingsInput input,
                 Token&& token = boost::asio::use_awaitable) {
  return detail::initiate<genai::Result<genai::EmbeddingsResponse>>(
      std::forward<Token>(token),
      [&client, input = std::move(input)](auto on_done, const std::stop_token& stop) {
        client.start_embed(input, std::move(on_done), stop);
      });
}

/// As ChatStream::next(); the token's result is the next piece, or nothing at the end.
template <class Token = const boost::asio::use_awaitable_t<>&>
auto async_next(genai::ChatStream& stream, Token&& token = boost::asio::use_awaitable) {
  using Chunk = std::optional<genai::ChatChunk>;
  return boost::asio::async_initiate<Token, void(Chunk)>(
      [](auto handler, genai::ChatStream* read) {
        const auto pending = std::make_shared<detail::PendingHandler<decltype(handler)>>(std::move(handler));
        pending->on_cancel([read] { read->cancel(); });
        read->next([pending](Chunk chunk) { pending->complete(std::move(chunk)); });
      },
      token, &stream);
}

}  // namespace sonde::bridge
