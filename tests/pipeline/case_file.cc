#include "case_file.h"

#include <charconv>
#include <utility>

namespace sonde::pipeline {
namespace {

using nlohmann::json;

Error wrong(std::size_t line, const std::string& message) {
  return {ErrorCode::invalid_argument, "line " + std::to_string(line) + ": " + message};
}

/// A line that begins a step, and the text up to the next one.
struct Block {
  std::size_t line = 0;
  std::vector<std::string> words;
  std::string text;
};

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    if (!word.empty()) words.emplace_back(word);
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  return words;
}

/// Steps begin with a word at the beginning of a line, where JSON never has a letter; lines that begin with
/// '#' are for people.
Expected<std::vector<Block>> split(std::string_view text) {
  std::vector<Block> blocks;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with('#')) continue;
    if (!line.empty() && line.front() >= 'a' && line.front() <= 'z') {
      blocks.push_back({number, words_of(line), {}});
    } else if (!blocks.empty()) {
      blocks.back().text.append(line).append("\n");
    } else if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      return wrong(number, "expected a step: send or get");
    }
  }
  return blocks;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// What stands behind a step's target: a status, and "exactly".
Expected<void> read_expectation(const Block& block, std::size_t first_word, Step& step) {
  for (std::size_t i = first_word; i < block.words.size(); ++i) {
    const std::string& word = block.words[i];
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), step.status);
    if (word == "exactly") {
      step.match = Match::exactly;
    } else if (error != std::errc() || end != word.data() + word.size()) {
      return wrong(block.line, "expected a status or 'exactly', not '" + word + "'");
    }
  }
  if (is_blank(block.text)) return {};
  json expected = json::parse(block.text, nullptr, /*allow_exceptions=*/false, /*ignore_comments=*/true);
  if (expected.is_discarded()) return wrong(block.line, "what is expected here is not JSON");
  step.expected = std::move(expected);
  return {};
}

Expected<Step> read_send(const Block& block) {
  const std::string signal = block.words.size() == 2 ? block.words[1] : "";
  if (signal != "traces" && signal != "logs" && signal != "metrics") {
    return wrong(block.line, "expected 'send traces', 'send logs' or 'send metrics'");
  }
  Step step{.line = block.line, .action = Step::Action::send, .target = signal, .body = block.text};
  step.expected = json::object();
  step.match = Match::exactly;
  return step;
}

Expected<Step> read_get(const Block& block) {
  if (block.words.size() < 2 || !block.words[1].starts_with('/')) {
    return wrong(block.line, "expected 'get' and a path");
  }
  Step step{.line = block.line, .action = Step::Action::get, .target = block.words[1]};
  if (const Expected<void> read = read_expectation(block, 2, step); !read) return read.error();
  return step;
}

}  // namespace

Expected<std::vector<Step>> parse_case(std::string_view text) {
  const Expected<std::vector<Block>> blocks = split(text);
  if (!blocks) return blocks.error();
  std::vector<Step> steps;
  for (const Block& block : *blocks) {
    const std::string& action = block.words.front();
    if (action == "answered") {
      if (steps.empty() || steps.back().action != Step::Action::send) {
        return wrong(block.line, "'answered' stands behind 'send'");
      }
      steps.back().expected.reset();
      steps.back().match = Match::subset;
      if (const Expected<void> read = read_expectation(block, 1, steps.back()); !read) return read.error();
      continue;
    }
    if (action != "send" && action != "get") {
      return wrong(block.line, "there is no step '" + action + "'; there are send, answered and get");
    }
    Expected<Step> step = action == "send" ? read_send(block) : read_get(block);
    if (!step) return step.error();
    steps.push_back(*std::move(step));
  }
  if (steps.empty()) return wrong(1, "the case has no steps");
  return steps;
}

}  // namespace sonde::pipeline
