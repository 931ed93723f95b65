#pragma once

// Content as the convention writes it: messages, instructions, tool definitions, documents as arrays and
// maps. What is built here is a tree of views over the caller's strings; only texts that the redaction hook
// or the limit changed are copied. The tree lives in an arena on the stack for conversations of usual length,
// so describing one costs some nanoseconds a part, and recording it one copy of its bytes.
//
// Source: semantic-conventions-genai, gen-ai-input-messages.json, gen-ai-output-messages.json,
// gen-ai-system-instructions.json, gen-ai-tool-definitions.json, gen-ai-retrieval-documents.json.

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory_resource>
#include <span>
#include <string_view>

#include "sonde/genai/instrumentation.hpp"
#include "sonde/genai/message.hpp"

namespace sonde::genai::detail {

/// Builds the values of one operation's content. They live as long as the encoder, its options and what it
/// was given. May throw std::bad_alloc and nothing else.
class ContentEncoder {
 public:
  explicit ContentEncoder(const InstrumentationOptions& options) : options_(options) {}
  explicit ContentEncoder(InstrumentationOptions&&) = delete;
  ContentEncoder(const ContentEncoder&) = delete;
  ContentEncoder& operator=(const ContentEncoder&) = delete;

  [[nodiscard]] AttributeValue messages(ContentKind kind, const Messages& messages);
  /// The parts of all messages, without their roles.
  [[nodiscard]] AttributeValue system_instructions(const Messages& messages);
  [[nodiscard]] AttributeValue tool_definitions(std::span<const ToolDefinition> tools);
  [[nodiscard]] AttributeValue documents(std::span<const RetrievedDocument> documents);
  /// Any value: every text in it redacted and cut.
  [[nodiscard]] AttributeValue value(ContentKind kind, const AttributeValue& value, std::size_t depth = 0);
  [[nodiscard]] std::string_view text(ContentKind kind, std::string_view text);

 private:
  [[nodiscard]] AttributeValue message(ContentKind kind, const Messages& messages,
                                       const Messages::Message& message);
  [[nodiscard]] AttributeValue part(ContentKind kind, const Part& part);
  [[nodiscard]] AttributeValue blob(const Part& part);
  [[nodiscard]] AttributeValue generic(ContentKind kind, const Part& part);

  /// A map of those attributes whose value is not empty.
  [[nodiscard]] AttributeValue map(std::initializer_list<Attribute> attributes);
  template <class Item>
  [[nodiscard]] std::span<Item> allocate(std::size_t count);
  [[nodiscard]] std::string_view keep(std::string_view text);

  const InstrumentationOptions& options_;
  std::array<std::byte, 4096> first_block_;
  std::pmr::monotonic_buffer_resource arena_{first_block_.data(), first_block_.size()};
};

}  // namespace sonde::genai::detail
