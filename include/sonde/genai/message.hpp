#pragma once

// What goes into a model and comes out of it: messages, each a role and a list of parts. The classes here
// describe a conversation for as long as it takes to record it; they hold views, so that a conversation of
// megabytes is not copied to be written down, and is not even described unless it will be:
//
//     chat.record_input([&](sonde::genai::Messages& messages) {
//       messages.add("user").text(question);
//       messages.add("assistant").tool_call("call_1", "get_weather", AttributeValue::map({{"city", city}}));
//       messages.add("tool").tool_call_response("call_1", weather);
//     });
//
// Source: semantic-conventions-genai, gen-ai-input-messages.json and its siblings.

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde::genai {

enum class Modality : std::uint8_t { image, video, audio, document };

/// One piece of a message. A view, with the lifetime rules of AttributeValue. Made by its named functions.
struct Part {
  enum class Type : std::uint8_t {
    text,
    reasoning,
    tool_call,
    tool_call_response,
    server_tool_call,  ///< Run by the provider, such as its web search.
    server_tool_call_response,
    blob,
    file,
    uri,
    compaction,  ///< Earlier messages, summarised.
    generic,     ///< Whatever else; `name` is its type.
  };

  [[nodiscard]] static Part text(std::string_view content) noexcept;
  [[nodiscard]] static Part reasoning(std::string_view content) noexcept;
  /// `arguments` is a map, or the text that the model wrote if that is no JSON.
  [[nodiscard]] static Part tool_call(std::string_view id, std::string_view name,
                                      const AttributeValue& arguments) noexcept;
  [[nodiscard]] static Part tool_call_response(std::string_view id, const AttributeValue& response) noexcept;
  /// `call` is a map with at least "type".
  [[nodiscard]] static Part server_tool_call(std::string_view id, std::string_view name,
                                             const AttributeValue& call) noexcept;
  [[nodiscard]] static Part server_tool_call_response(std::string_view id,
                                                      const AttributeValue& response) noexcept;
  /// Binary content itself; recorded as base64.
  [[nodiscard]] static Part blob(Modality modality, std::string_view mime_type,
                                 std::span<const std::uint8_t> content) noexcept;
  /// A file that the provider keeps.
  [[nodiscard]] static Part file(Modality modality, std::string_view file_id,
                                 std::string_view mime_type = {}) noexcept;
  /// An address, which is no data: URL.
  [[nodiscard]] static Part uri(Modality modality, std::string_view uri,
                                std::string_view mime_type = {}) noexcept;
  [[nodiscard]] static Part compaction(std::string_view id, std::string_view content) noexcept;
  [[nodiscard]] static Part generic(std::string_view type, Attributes properties) noexcept;

  Type type = Type::text;
  Modality modality = Modality::image;
  std::string_view content = {};  ///< The text; a blob's bytes; a file's id; a URI.
  std::string_view id = {};
  std::string_view name = {};
  std::string_view mime_type = {};
  AttributeValue value = {};  ///< A call's arguments, a response, a generic part's properties.
};

/// Holds what values point at, at addresses that stay.
class ValueStore {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }
  const std::vector<AttributeValue>& keep(std::vector<AttributeValue> array) {
    return arrays_.emplace_front(std::move(array));
  }
  const std::vector<Attribute>& keep(std::vector<Attribute> map) {
    return maps_.emplace_front(std::move(map));
  }
  void clear() noexcept {
    texts_.clear();
    arrays_.clear();
    maps_.clear();
  }

 private:
  // Lists, which are free as long as they are empty.
  std::forward_list<std::string> texts_;
  std::forward_list<std::vector<AttributeValue>> arrays_;
  std::forward_list<std::vector<Attribute>> maps_;
};

/// A list of messages under construction. Each call that makes a part adds it to the message added last, or,
/// if there is none, to one of role "user". Holds views: what it was given must live until it has been
/// recorded. Allocates; not thread-safe.
class Messages {
 public:
  struct Message {
    std::string_view role;
    std::string_view name;           ///< Of the participant, or empty.
    std::string_view finish_reason;  ///< Of an output message, or empty.
    std::uint32_t first_part = 0;
    std::uint32_t part_count = 0;
  };

  /// A message of that role: system, user, assistant, tool, or another.
  Messages& add(std::string_view role, std::string_view name = {});
  /// Why the model stopped writing the last message; for profiles that want it in the message.
  Messages& finish_reason(std::string_view reason);

  Messages& part(const Part& part);
  Messages& text(std::string_view content) { return part(Part::text(content)); }
  Messages& reasoning(std::string_view content) { return part(Part::reasoning(content)); }
  Messages& tool_call(std::string_view id, std::string_view name, const AttributeValue& arguments) {
    return part(Part::tool_call(id, name, arguments));
  }
  Messages& tool_call_response(std::string_view id, const AttributeValue& response) {
    return part(Part::tool_call_response(id, response));
  }

  /// Keeps a text that has no other home for as long as this list lives.
  [[nodiscard]] std::string_view keep(std::string text) { return values_.keep(std::move(text)); }
  /// The value of a JSON text, so that a tool call's arguments are recorded as what they mean; the text
  /// itself if it is no JSON (or nested too deeply). Lives as long as this list.
  [[nodiscard]] AttributeValue json(std::string_view text);

  [[nodiscard]] std::span<const Message> messages() const noexcept { return messages_; }
  [[nodiscard]] std::span<const Part> parts(const Message& message) const noexcept {
    return std::span(parts_).subspan(message.first_part, message.part_count);
  }
  /// The parts of all messages.
  [[nodiscard]] std::span<const Part> parts() const noexcept { return parts_; }
  [[nodiscard]] bool empty() const noexcept { return messages_.empty(); }
  void clear() noexcept;

 private:
  void reserve();

  std::vector<Message> messages_;
  std::vector<Part> parts_;
  ValueStore values_;
};

/// A tool that the model may call. A view.
struct ToolDefinition {
  std::string_view type = "function";
  std::string_view name = {};
  std::string_view description = {};  ///< Recorded only if set.
  AttributeValue parameters = {};     ///< A JSON schema as a map; recorded only if set.
};

/// A document that a retrieval found. A view.
struct RetrievedDocument {
  std::string_view id = {};
  double score = 0;
  std::string_view content = {};  ///< Recorded only if set.
};

}  // namespace sonde::genai
