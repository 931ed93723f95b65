#include "genai/clients/chat_stream_state.h"

#include <semaphore>
#include <utility>

#include "sonde/genai/chat_stream.hpp"

namespace sonde::genai {
namespace detail {

void ChatStreamState::set_call(std::shared_ptr<HttpCall> call) {
  const std::lock_guard lock(mutex_);
  if (!has_ended_) call_ = std::move(call);
}

bool ChatStreamState::feed(std::string_view bytes) {
  bool goes_on = false;
  {
    const std::lock_guard lock(mutex_);
    if (result_) return false;
    goes_on = reading_.feed(bytes, [&](const ChatChunk& chunk) {
      waiting_.push_back(chunk);
      return true;
    });
    if (goes_on && waiting_.size() >= most_waiting && call_ != nullptr) {
      is_held_ = true;
      call_->hold();
    }
  }
  deliver();
  return goes_on;
}

void ChatStreamState::end(const Result<std::string>& body) {
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    call_ = nullptr;
    if (!result_) reading_.end(body);
  }
  deliver();
}

void ChatStreamState::deliver() {
  OnNext on_next;
  std::optional<ChatChunk> chunk;
  {
    const std::lock_guard lock(mutex_);
    if (!on_next_ || (waiting_.empty() && !has_ended_ && !result_)) return;
    on_next = std::exchange(on_next_, nullptr);
    if (waiting_.empty()) {
      close_if_open();
    } else {
      chunk = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (is_held_ && waiting_.size() < most_waiting / 2) {
      is_held_ = false;
      tell_call([](HttpCall& call) { call.resume(); });
    }
  }
  on_next(std::move(chunk));
}

void ChatStreamState::next(OnNext on_next) {
  {
    const std::lock_guard lock(mutex_);
    on_next_ = std::move(on_next);
  }
  deliver();
}

void ChatStreamState::cancel() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (result_) return;
    waiting_.clear();
    if (!has_ended_) {
      reading_.cancel();
      tell_call([](HttpCall& call) { call.cancel(); });
    }
    close_if_open();
  }
  deliver();
}

Result<ChatResponse> ChatStreamState::result() {
  cancel();
  const std::lock_guard lock(mutex_);
  return *result_;
}

void ChatStreamState::close_if_open() {
  if (!result_) result_ = reading_.close();
}

template <class Action>
void ChatStreamState::tell_call(Action action) {
  if (call_ != nullptr) loop_->post([call = call_, action] { action(*call); });
}

}  // namespace detail

ChatStream::ChatStream(std::shared_ptr<detail::ChatStreamState> state) noexcept : state_(std::move(state)) {}
ChatStream::ChatStream(ChatStream&&) noexcept = default;

ChatStream& ChatStream::operator=(ChatStream&& other) noexcept {
  if (this == &other) return *this;
  if (state_ != nullptr) state_->cancel();
  state_ = std::move(other.state_);
  return *this;
}

ChatStream::~ChatStream() {
  if (state_ != nullptr) state_->cancel();
}

std::optional<ChatChunk> ChatStream::next() {
  std::optional<ChatChunk> next;
  std::binary_semaphore is_there(0);
  state_->next([&](std::optional<ChatChunk> chunk) {
    next = std::move(chunk);
    is_there.release();
  });
  is_there.acquire();
  return next;
}

void ChatStream::next(std::function<void(std::optional<ChatChunk>)> on_next) {
  state_->next(std::move(on_next));
}

void ChatStream::cancel() noexcept { state_->cancel(); }
Result<ChatResponse> ChatStream::result() { return state_->result(); }

}  // namespace sonde::genai
