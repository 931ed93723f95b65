#pragma once

// Where the mock's answers come from: the sentences of the documents in the prompt that share the most and
// the rarest words with the question, quoted word for word with their source. It adds nothing of its own but
// the plain statement that it is a mock.
//
// It understands the usual ways of putting documents into a prompt:
//
//     [1] guide.md                 a label and a source on one line, the text below it
//     [2] Text after the label.    a label only
//     Source: notes.txt            a source only
//
// and, if there are none of these, takes every paragraph before the question as a document. The question is
// what follows "Question:" in the last user message, or else that message's last paragraph.

#include <string>
#include <string_view>
#include <vector>

#include "mock_llm/requests.h"

namespace sonde::mock_llm {

/// A document of the prompt. Views into the messages.
struct Passage {
  std::string_view label;   ///< "1" of "[1]", or empty.
  std::string_view source;  ///< A file name or the like, or empty.
  std::string_view text;
};

struct Prompt {
  std::string_view question;
  std::vector<Passage> passages;
};

[[nodiscard]] Prompt read_prompt(const std::vector<Message>& messages);

struct Answer {
  std::string text;
  std::vector<std::string> sources;  ///< What was quoted: the source of each, or its label; none twice.
};

/// The answer to the last user message. The messages must not be empty.
[[nodiscard]] Answer answer_from_documents(const std::vector<Message>& messages);

}  // namespace sonde::mock_llm
