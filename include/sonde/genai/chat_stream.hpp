#pragma once

// A streamed answer that is read piece by piece, when the reader wants: in a loop, from callbacks, or, with
// bridge/asio_client.hpp, from coroutines of Boost.Asio.
//
//     sonde::genai::ChatStream stream = client.open_stream(request);
//     for (const sonde::genai::ChatChunk& chunk : stream) std::cout << chunk.text;
//     const auto answer = stream.result();
//
// The inference's span is open until the stream has been read to its end, fails, is cancelled, or is
// destroyed. What comes faster than it is read waits at the provider, but for some pieces.

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include "sonde/genai/chat.hpp"

namespace sonde::genai {

namespace detail {
class ChatStreamState;
}

/// For one thread at a time. Does not need the client it is from, but ends as cancelled when that is
/// destroyed.
class ChatStream {
 public:
  class Iterator;

  explicit ChatStream(std::shared_ptr<detail::ChatStreamState> state) noexcept;
  ChatStream(ChatStream&&) noexcept;
  ChatStream& operator=(ChatStream&&) noexcept;
  ~ChatStream();  ///< Cancels it if it is not over.

  /// The next piece, or nothing at the end. Blocks; not to be called from a callback of the client.
  [[nodiscard]] std::optional<ChatChunk> next();

  /// The same for `on_next`, which is called once: now, if it is known already, or later on the client's
  /// thread, which it must not hold up. It must not throw. One at a time.
  void next(std::function<void(std::optional<ChatChunk>)> on_next);

  /// Wants no more of it; what is waiting is dropped. No error.
  void cancel() noexcept;

  /// How it ended: with the whole answer, or why there is none. Of one that is not over, cancels it and gives
  /// the answer so far.
  [[nodiscard]] Result<ChatResponse> result();

  /// Reads piece by piece, once.
  [[nodiscard]] Iterator begin();
  [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }

 private:
  std::shared_ptr<detail::ChatStreamState> state_;
};

/// An input iterator; advancing it blocks.
class ChatStream::Iterator {
 public:
  using value_type = ChatChunk;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(ChatStream& stream) : stream_(&stream), chunk_(stream.next()) {}
  [[nodiscard]] const ChatChunk& operator*() const noexcept { return *chunk_; }
  [[nodiscard]] const ChatChunk* operator->() const noexcept { return &*chunk_; }
  Iterator& operator++() {
    chunk_ = stream_->next();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
    return !iterator.chunk_.has_value();
  }

 private:
  ChatStream* stream_;
  std::optional<ChatChunk> chunk_;
};

inline ChatStream::Iterator ChatStream::begin() { return Iterator(*this); }

}  // namespace sonde::genai
