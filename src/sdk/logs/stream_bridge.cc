#include "sonde/stream_bridge.hpp"

#include <iostream>
#include <map>
#include <memory>
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

#include "sdk/fork.h"
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
    if (const auto lines = lines_.get(); lines != nullptr) {
      for (const auto& [thread, line] : lines->unfinished) emit(line);
    }
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
    std::vector<std::string> complete;
    std::streamsize shown = 0;
    {
      Lines& lines = own_lines();
      const std::lock_guard lock(lines.mutex);
      shown = shown_->sputn(text, size);
      if (!is_emitting && !detail::is_exporting()) {
        take({text, static_cast<std::size_t>(size)}, lines.unfinished, complete);
      }
    }
    // Without the lock: an exporter of another thread may be writing to the stream.
    for (const std::string& line : complete) emit(line);
    return shown;
  }

  int sync() override {
    const std::lock_guard lock(own_lines().mutex);
    return shown_->pubsync();
  }

 private:
  /// What a process writes. The lines that its parent had not finished when it was forked are the parent's.
  struct Lines {
    std::mutex mutex;  ///< Guards the buffer behind, and what follows.
    std::map<std::thread::id, std::string> unfinished;
  };

  Lines& own_lines() {
    return lines_.here([] { return std::make_shared<Lines>(); });
  }

  /// Adds the lines that `text` completes to `complete`. The lock is held.
  static void take(std::string_view text, std::map<std::thread::id, std::string>& unfinished,
                   std::vector<std::string>& complete) noexcept {
    try {
      std::string& line = unfinished[std::this_thread::get_id()];
      for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        line.append(text.substr(0, end));
        complete.push_back(std::exchange(line, {}));
        text.remove_prefix(end + 1);
      }
      line.append(text);
      if (line.size() >= longest_line) complete.push_back(std::exchange(line, {}));
      if (line.empty()) {
        unfinished.erase(std::this_thread::get_id());
      } else if (unfinished.size() > most_unfinished) {
        for (auto& [thread, rest] : std::exchange(unfinished, {})) complete.push_back(std::move(rest));
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
  detail::ProcessLocal<Lines> lines_{std::make_shared<Lines>()};
};

StreamBridge::StreamBridge(std::ostream& stream, const StreamBridgeOptions& options)
    : buffer_(std::make_unique<Buffer>(stream, options)) {}
StreamBridge::~StreamBridge() = default;

}  // namespace sonde
