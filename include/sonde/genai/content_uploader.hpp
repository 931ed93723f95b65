#pragma once

// Content goes somewhere else than into telemetry: to a bucket or a folder that has its own access rights and
// its own retention. Spans and events then carry references to it.
//
// Source: semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md, Uploading content to external storage.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sonde/expected.hpp"
#include "sonde/span_context.hpp"

namespace sonde::genai {

/// The content of one operation as JSON texts, redacted; empty where there is none.
struct UploadedContent {
  std::string system_instructions = {};
  std::string input_messages = {};
  std::string output_messages = {};
  std::string tool_definitions = {};
};

/// Where each piece will be found; empty where there is none.
struct ContentReferences {
  std::string system_instructions = {};
  std::string input_messages = {};
  std::string output_messages = {};
  std::string tool_definitions = {};
};

class ContentUploader {
 public:
  virtual ~ContentUploader() = default;

  /// Takes the content over and says at once where it will be; called on the application's thread as an
  /// operation ends, so it must not wait. What cannot be taken has no reference. Thread-safe.
  virtual ContentReferences upload(UploadedContent content, const SpanContext& span) noexcept = 0;

  /// Writes out what it has taken. False if that was not done within the time.
  virtual bool force_flush(std::uint64_t timeout_milliseconds) noexcept = 0;

 protected:
  ContentUploader() = default;
  ContentUploader(const ContentUploader&) = default;
  ContentUploader& operator=(const ContentUploader&) = default;
};

struct FolderUploaderOptions {
  std::string folder;               ///< OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH
  bool json_lines = false;          ///< OTEL_INSTRUMENTATION_GENAI_UPLOAD_FORMAT
  std::size_t max_queue_size = 20;  ///< OTEL_INSTRUMENTATION_GENAI_UPLOAD_MAX_QUEUE_SIZE; more is dropped
};

/// Writes files into a folder from a thread of its own: UUID_inputs.json, UUID_outputs.json, and, named by
/// the hash of their content so that each is there once, HASH_system_instruction.json and
/// HASH_tool.definitions.json. Fails if the folder cannot be made or written to.
[[nodiscard]] Expected<std::shared_ptr<ContentUploader>> make_folder_uploader(FolderUploaderOptions options);

}  // namespace sonde::genai
