#pragma once

// What stands between a loop's thread, where an answer arrives, and whoever reads it.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "genai/clients/http_attempts.h"
#include "genai/clients/stream_reading.h"

namespace sonde::genai::detail {

class ChatStreamState : public std::enable_shared_from_this<ChatStreamState> {
 public:
  using OnNext = std::function<void(std::optional<ChatChunk>)>;

  ChatStreamState(StreamReading reading, std::shared_ptr<transport::HttpLoop> loop)
      : loop_(std::move(loop)), reading_(std::move(reading)) {}

  /// The call that feeds this, once there is one.
  void set_call(std::shared_ptr<HttpCall> call);

  // On the loop's thread.
  [[nodiscard]] bool feed(std::string_view bytes);
  void end(const Result<std::string>& body);

  // On the reader's.
  void next(OnNext on_next);
  void cancel() noexcept;
  [[nodiscard]] Result<ChatResponse> result();

 private:
  /// Beyond so many pieces that wait for the reader, the provider has to wait.
  static constexpr std::size_t most_waiting = 64;

  /// Has the loop do something with the call.
  template <class Action>
  void tell_call(Action action);
  void deliver();
  void close_if_open();

  const std::shared_ptr<transport::HttpLoop> loop_;

  std::mutex mutex_;  ///< Guards what follows.
  StreamReading reading_;
  std::shared_ptr<HttpCall> call_;
  std::deque<ChatChunk> waiting_;
  OnNext on_next_;
  bool is_held_ = false;
  bool has_ended_ = false;
  std::optional<Result<ChatResponse>> result_;
};

}  // namespace sonde::genai::detail
