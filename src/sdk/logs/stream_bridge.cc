#include "sonde/stream_bridge.hpp"

#include <iostream>
#include <map>
#include <mutex>
#include <new>
#include <ostream>
#include <span>
#include <streambuf>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/request_delivery.h"
#include "sonde/logger_provider.hpp"

namespace sonde {
namespace {

constexpr std::size_t longest_line = 64 * 1024;
/// Threads that may have begun a line; those of more are not put together.
constexpr std::size_t most_unfinished = 1024;

constinit thread_local bool is_emitting = false;

/// The name that the semantic conventions have for it, or nothing.
std::string_view stream_name(const std::ostream& stream) noexcept {
  if (&stream == &std::cout) return "stdout";
  return &stream == &std::cerr || &stream == &std::clog ? "stderr" : "";
}

}  // namespace

/// Has no room of its own, so everything that is written comes by here at once.
class StreamBridge::Buffer final : public std::streambuf {
 public:
  Buffer(std::ostream& stream, const StreamBridgeOptions& options)
      : stream_(stream),
        name_(stream_name(stream)),
        severity_(options.severity),
        logger_(options.logger ? *options.logger : get_logger("sonde.stream_bridge")),
        shown_(stream.rdbuf(this)) {}

  ~Buffer() override {
    if (stream_.rdbuf() == this) stream_.rdbuf(shown_);
    for (const auto& [thread, line] : unfinished_) emit(line);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    const char written = traits_type::to_char_type(character);
    return xsputn(&written, 1) == 1 ? character : traits_type::eof();
  }

  std::streamsize xsputn(const char* text, std::streamsize size) override {
    std::vector<std::string> lines;
    std::streamsize shown = 0;
    {
      const std::lock_guard lock(mutex_);
      shown = shown_->sputn(text, size);
      if (!is_emitting && !detail::is_exporting()) take({text, static_cast<std::size_t>(size)}, lines);
    }
    // Without the lock: an exporter of another thread may be writing to the stream.
    for (const std::string& line : lines) emit(line);
    return shown;
  }

  int sync() override {
    const std::lock_guard lock(mutex_);
    return shown_->pubsync();
  }

 private:
  /// Adds the lines that `text` completes to `lines`. The lock is held.
  void take(std::string_view text, std::vector<std::string>& lines) noexcept {
    try {
      std::string& line = unfinished_[std::this_thread::get_id()];
      for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        line.append(text.substr(0, end));
        lines.push_back(std::exchange(line, {}));
        text.remove_prefix(end + 1);
      }
      line.append(text);
      if (line.size() >= longest_line) lines.push_back(std::exchange(line, {}));
      if (line.empty()) {
        unfinished_.erase(std::this_thread::get_id());
      } else if (unfinished_.size() > most_unfinished) {
        for (auto& [thread, rest] : std::exchange(unfinished_, {})) lines.push_back(std::move(rest));
      }
    } catch (const std::bad_alloc&) {
      return;  // the line was shown
    }
  }

  void emit(std::string_view line) const noexcept {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return;
    is_emitting = true;
    const Attribute stream{"log.iostream", name_};
    logger_.emit({.severity = severity_,
                  .body = line,
                  .attributes = Attributes(std::span(&stream, name_.empty() ? 0u : 1u))});
    is_emitting = false;
  }

  std::ostream& stream_;
  const std::string_view name_;
  const Severity severity_;
  const Logger logger_;
  std::streambuf* const shown_;
  std::mutex mutex_;  ///< Guards the buffer behind, and what follows.
  std::map<std::thread::id, std::string> unfinished_;
};

StreamBridge::StreamBridge(std::ostream& stream, const StreamBridgeOptions& options)
    : buffer_(std::make_unique<Buffer>(stream, options)) {}
StreamBridge::~StreamBridge() = default;

}  // namespace sonde
