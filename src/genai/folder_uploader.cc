#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <mutex>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "base/sha256.h"
#include "sdk/diagnostics.h"
#include "sdk/trace/random.h"
#include "sonde/genai/content_uploader.hpp"

namespace sonde::genai {
namespace {

/// A random UUID, version 4.
std::string make_uuid() {
  thread_local sonde::detail::RandomGenerator random;
  std::array<char, 37> text{};
  const std::uint64_t high = (random.next() & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (random.next() >> 2) | (1ULL << 63);
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xFFFF), static_cast<unsigned>(high & 0xFFFF),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text.data();
}

/// An array of a line an element, each with its index; anything else as it is.
std::string as_json_lines(const std::string& text) {
  auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_array()) return text;
  std::string lines;
  std::size_t index = 0;
  for (auto& element : json) {
    if (element.is_object()) element["index"] = index;
    lines += element.dump() + "\n";
    ++index;
  }
  return lines;
}

/// Writes a file whole or not at all. Errors are of the system's.
bool write_file(const std::filesystem::path& path, const std::string& content) {
  const std::string partial = path.string() + ".partial";
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool is_written = written == content.size();
  return ::close(file) == 0 && is_written && ::rename(partial.c_str(), path.c_str()) == 0;
}

class FolderUploader final : public ContentUploader {
 public:
  explicit FolderUploader(FolderUploaderOptions options)
      : options_(std::move(options)), worker_([this] { run(); }) {}

  FolderUploader(const FolderUploader&) = delete;
  FolderUploader& operator=(const FolderUploader&) = delete;
  ~FolderUploader() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_all();
    worker_.join();
  }

  ContentReferences upload(UploadedContent content, const SpanContext& /*span*/) noexcept override {
    try {
      const std::string id = make_uuid();
      const char* const ending = options_.json_lines ? "jsonl" : "json";
      std::deque<File> files;
      const auto add = [&](std::string& text, const std::string& name) -> std::string {
        if (text.empty()) return {};
        files.push_back({std::filesystem::path(options_.folder) / (name + "." + ending), std::move(text)});
        return "file://" + files.back().path.string();
      };
      ContentReferences references;
      references.input_messages = add(content.input_messages, id + "_inputs");
      references.output_messages = add(content.output_messages, id + "_outputs");
      const std::string& instructions = content.system_instructions;
      references.system_instructions =
          add(content.system_instructions, base::sha256_hex(instructions) + "_system_instruction");
      references.tool_definitions =
          add(content.tool_definitions, base::sha256_hex(content.tool_definitions) + "_tool.definitions");
      return take(std::move(files)) ? references : ContentReferences();
    } catch (const std::bad_alloc&) {
      return {};
    }
  }

  bool force_flush(std::uint64_t timeout_milliseconds) noexcept override {
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, std::chrono::milliseconds(timeout_milliseconds),
                          [this] { return queue_.empty() && !is_writing_; });
  }

 private:
  struct File {
    std::filesystem::path path;
    std::string content;
  };

  /// False if there is no room; the queue is counted in operations.
  bool take(std::deque<File> files) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.max_queue_size) {
      sonde::detail::diagnose("content of an operation was not uploaded: the queue for " + options_.folder +
                              " is full; see OTEL_INSTRUMENTATION_GENAI_UPLOAD_MAX_QUEUE_SIZE");
      return false;
    }
    queue_.push_back(std::move(files));
    wake_.notify_one();
    return true;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::deque<File> files = std::move(queue_.front());
      queue_.pop_front();
      is_writing_ = true;
      lock.unlock();
      for (const File& file : files) write(file);
      lock.lock();
      is_writing_ = false;
      done_.notify_all();
    }
  }

  void write(const File& file) const {
    // What is named by its content need not be written twice.
    const bool is_named_by_content = file.path.filename().string().find("_inputs") == std::string::npos &&
                                     file.path.filename().string().find("_outputs") == std::string::npos;
    std::error_code ignored;
    if (is_named_by_content && std::filesystem::exists(file.path, ignored)) return;
    if (write_file(file.path, options_.json_lines ? as_json_lines(file.content) : file.content)) return;
    sonde::detail::diagnose("content could not be written to " + file.path.string() + ": " +
                            std::strerror(errno));
  }

  const FolderUploaderOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<std::deque<File>> queue_;
  bool is_writing_ = false;
  bool is_stopping_ = false;
  std::thread worker_;  ///< Last, so that it starts when all is there.
};

}  // namespace

Expected<std::shared_ptr<ContentUploader>> make_folder_uploader(FolderUploaderOptions options) {
  std::error_code failure;
  std::filesystem::create_directories(options.folder, failure);
  if (failure || ::access(options.folder.c_str(), W_OK) != 0) {
    return Error{ErrorCode::permission_denied,
                 "content cannot be uploaded to the folder '" + options.folder +
                     "': " + (failure ? failure.message() : std::string(std::strerror(errno))) +
                     "; see OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH"};
  }
  options.folder = std::filesystem::absolute(options.folder).string();
  return std::shared_ptr<ContentUploader>(std::make_shared<FolderUploader>(std::move(options)));
}

}  // namespace sonde::genai
