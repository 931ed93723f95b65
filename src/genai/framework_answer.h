#pragma once

// What a framework's arguments and results say of a conversation. Frameworks wrap what they send and get in
// classes of their own, but most keep the provider's answer as it came, and that is read as our clients read
// it.

#include <optional>
#include <string_view>
#include <vector>

#include "sonde/genai/chat.hpp"
#include "sonde/genai/message.hpp"

namespace sonde::genai::detail {

/// Reads an answer of one of the providers' APIs, or the last event of a streamed one, which is `result` or
/// its member "raw"; a member "text" is what was said, where the answer does not have it. Nothing if there is
/// neither.
[[nodiscard]] std::optional<ChatResponse> framework_answer(const AttributeValue& result);

/// Whether there is an argument "messages" ([{"role", "content"}]) or "prompt"; and what an inference was
/// asked by it.
[[nodiscard]] bool tells_input(Attributes bound_arguments) noexcept;
void describe_framework_input(Attributes bound_arguments, Messages& messages);

/// The documents that a retrieval's result is: [{"id", "score", "content"}]. Views.
[[nodiscard]] std::vector<RetrievedDocument> framework_documents(const AttributeValue& result);

/// The member of a map, or the empty value.
[[nodiscard]] AttributeValue member_of(Attributes map, std::string_view key) noexcept;
[[nodiscard]] std::string_view text_of(Attributes map, std::string_view key) noexcept;

}  // namespace sonde::genai::detail
