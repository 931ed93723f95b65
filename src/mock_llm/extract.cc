#include "mock_llm/extract.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

constexpr std::size_t quoted_sentences = 3;
constexpr std::size_t longest_quote = 400;      ///< Bytes; a longer sentence is cut.
constexpr std::size_t longest_question = 4096;  ///< Bytes of the question whose words are looked for.
constexpr std::size_t longest_echo = 200;       ///< Bytes of the question that are repeated.
constexpr double least_share_of_best = 0.5;     ///< Sentences scoring less than this are not quoted.

/// Takes the first line off `text`, without its line end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// The part of `text` from where `part`, a view into it, begins.
std::string_view from(std::string_view text, std::string_view part) {
  return text.substr(static_cast<std::size_t>(part.data() - text.data()));
}

/// What follows `prefix` (in lower case) on `line`, whose own case does not matter.
std::optional<std::string_view> after_prefix(std::string_view line, std::string_view prefix) {
  if (to_lower(line.substr(0, prefix.size())) != prefix) return std::nullopt;
  return trim(line.substr(prefix.size()));
}

/// Splits the last user message into what stands before the question and the question.
std::pair<std::string_view, std::string_view> split_off_question(std::string_view message) {
  const std::string_view text = trim(message);
  std::string_view rest = text;
  std::string_view paragraph = text;
  std::optional<std::string_view> marked;
  bool after_blank = false;
  while (!rest.empty()) {
    const std::string_view remaining = rest;
    const std::string_view line = trim(take_line(rest));
    if (after_blank && !line.empty()) paragraph = remaining;
    after_blank = line.empty();
    if (after_prefix(line, "question:")) marked = remaining;
  }
  const std::string_view question = marked.value_or(paragraph);
  const std::string_view before = text.substr(0, text.size() - question.size());
  return {before, marked ? trim(question.substr(std::string_view("question:").size())) : question};
}

/// "[label] rest" → the label and the rest.
std::optional<std::pair<std::string_view, std::string_view>> labelled_line(std::string_view line) {
  constexpr std::size_t longest_label = 16;
  const std::size_t close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos || close == 1 || close > longest_label + 1 ||
      line.substr(close + 1).starts_with('(')) {  // a Markdown link
    return std::nullopt;
  }
  return std::pair{line.substr(1, close - 1), trim(line.substr(close + 1))};
}

/// The head of a document, if `line` is one: its label, its source and where its text begins. `rest` is what
/// follows the line.
std::optional<Passage> document_head(std::string_view line, std::string_view rest) {
  if (const auto source = after_prefix(line, "source:")) return Passage{{}, *source, rest};
  if (const auto source = after_prefix(line, "document:")) return Passage{{}, *source, rest};
  const auto labelled = labelled_line(line);
  if (!labelled) return std::nullopt;
  const auto [label, remainder] = *labelled;
  std::string_view following = rest;
  const bool has_text_below = !trim(take_line(following)).empty();
  if (has_text_below || remainder.empty()) return Passage{label, remainder, rest};
  return Passage{label, {}, from(line, remainder)};
}

/// Appends the documents of `text`; each ends where the next begins.
void append_documents(std::string_view text, std::vector<Passage>& passages) {
  const char* const end = text.data() + text.size();
  bool inside = false;
  const auto close_at = [&](const char* position) {
    if (!inside) return;
    std::string_view& open = passages.back().text;
    open = trim({open.data(), static_cast<std::size_t>(position - open.data())});
  };
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto head = document_head(trim(line), text);
    if (!head) continue;
    close_at(line.data());
    passages.push_back(*head);
    inside = true;
  }
  close_at(end);
}

void append_paragraphs(std::string_view text, std::vector<Passage>& passages) {
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    const std::string_view paragraph = trim(text.substr(0, end));
    if (!paragraph.empty()) passages.push_back({{}, {}, paragraph});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
}

struct Sentence {
  const Passage* passage;
  std::string text;
  std::set<std::string> words;
  double score = 0;
};

/// Whether a line of Markdown stands for itself instead of continuing the line before it.
bool begins_item(std::string_view line) {
  return line.starts_with("- ") || line.starts_with("* ") || line.starts_with("|") || line.starts_with("> ");
}

std::string shorten(std::string_view text, std::size_t limit) {
  std::string text_or_beginning(first_bytes(text, limit));
  return text.size() <= limit ? text_or_beginning : text_or_beginning + "…";
}

/// "| a | b |" → "a; b": a row of a Markdown table reads better without its lines.
std::string without_table_lines(std::string_view row) {
  while (row.starts_with('|') || row.starts_with(' ')) row.remove_prefix(1);
  while (row.ends_with('|') || row.ends_with(' ')) row.remove_suffix(1);
  std::string text(row);
  for (std::size_t line = text.find(" | "); line != std::string::npos; line = text.find(" | ", line)) {
    text.replace(line, 3, "; ");
  }
  return text;
}

void append_sentence(const Passage& passage, std::string_view text, std::vector<Sentence>& sentences) {
  text = trim(text);
  const std::string row = text.starts_with('|') ? without_table_lines(text) : std::string();
  if (!row.empty()) {
    text = row;
  } else if (begins_item(text)) {
    text = trim(text.substr(1));
  }
  const std::vector<std::string> words = key_words(text);
  if (words.empty()) return;
  sentences.push_back({&passage, shorten(text, longest_quote), {words.begin(), words.end()}});
}

/// Cuts running text after ". ", "! " and "? ", unless a small letter follows, as after "e.g. ".
void append_sentences(const Passage& passage, std::string_view text, std::vector<Sentence>& sentences) {
  std::size_t start = 0;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const bool ends = (text[i] == '.' || text[i] == '!' || text[i] == '?') && text[i + 1] == ' ';
    const bool goes_on = text[i + 2] >= 'a' && text[i + 2] <= 'z';
    if (!ends || goes_on) continue;
    append_sentence(passage, text.substr(start, i + 1 - start), sentences);
    start = i + 2;
  }
  append_sentence(passage, text.substr(start), sentences);
}

/// Joins wrapped lines and leaves out headings and code, then cuts into sentences.
std::vector<Sentence> sentences_of(const std::vector<Passage>& passages) {
  std::vector<Sentence> sentences;
  for (const Passage& passage : passages) {
    std::string running;
    const auto flush = [&] {
      append_sentences(passage, running, sentences);
      running.clear();
    };
    bool in_code = false;
    std::string_view rest = passage.text;
    while (!rest.empty()) {
      const std::string_view line = trim(take_line(rest));
      const bool fence = line.starts_with("```");
      if (fence) in_code = !in_code;
      if (line.empty() || fence || line.starts_with('#') || begins_item(line)) flush();
      if (fence || in_code || line.starts_with('#')) continue;
      if (!running.empty()) running += ' ';
      running += line;
    }
    flush();
  }
  return sentences;
}

/// A sentence scores, for each word it shares with the question, the more the rarer the word is.
void score(std::vector<Sentence>& sentences, std::string_view question) {
  const std::vector<std::string> asked = key_words(first_bytes(question, longest_question));
  for (const std::string& word : std::set<std::string>(asked.begin(), asked.end())) {
    const auto holders =
        std::ranges::count_if(sentences, [&](const Sentence& s) { return s.words.contains(word); });
    if (holders == 0) continue;
    const double weight = std::log(1 + static_cast<double>(sentences.size()) / static_cast<double>(holders));
    for (Sentence& sentence : sentences) {
      if (sentence.words.contains(word)) sentence.score += weight;
    }
  }
  constexpr double long_sentence = 60;  // words that halve a score, so that a dense sentence beats a long one
  for (Sentence& sentence : sentences) {
    sentence.score /= 1 + static_cast<double>(sentence.words.size()) / long_sentence;
  }
}

std::vector<const Sentence*> best_sentences(const std::vector<Sentence>& sentences) {
  std::vector<const Sentence*> ranked;
  for (const Sentence& sentence : sentences) {
    if (sentence.score > 0) ranked.push_back(&sentence);
  }
  std::ranges::stable_sort(ranked, std::greater<>{}, &Sentence::score);
  std::vector<const Sentence*> best;
  for (const Sentence* const sentence : ranked) {
    if (best.size() == quoted_sentences) break;
    if (sentence->score < ranked.front()->score * least_share_of_best) break;
    const auto same_text = [&](const Sentence* other) { return other->text == sentence->text; };
    if (std::ranges::none_of(best, same_text)) best.push_back(sentence);
  }
  return best;
}

std::string citation(const Passage& passage) {
  if (!passage.label.empty()) return " [" + std::string(passage.label) + "]";
  if (!passage.source.empty()) return " (" + std::string(passage.source) + ")";
  return {};
}

void add_source(const Passage& passage, std::vector<std::string>& sources) {
  const std::string name(passage.source.empty() ? passage.label : passage.source);
  if (!name.empty() && std::ranges::find(sources, name) == sources.end()) sources.push_back(name);
}

}  // namespace

Prompt read_prompt(const std::vector<Message>& messages) {
  const auto last_user = std::ranges::find(messages.rbegin(), messages.rend(), Role::user, &Message::role);
  const Message* const asking = last_user == messages.rend() ? &messages.back() : &*last_user;
  Prompt prompt;
  std::vector<std::string_view> texts;
  for (const Message& message : messages) {
    if (&message == asking) {
      const auto [before, question] = split_off_question(message.text);
      texts.push_back(before);
      prompt.question = question;
    } else if (message.role != Role::assistant) {
      texts.push_back(message.text);
    }
  }
  for (const std::string_view text : texts) append_documents(text, prompt.passages);
  if (!prompt.passages.empty()) return prompt;
  for (const std::string_view text : texts) append_paragraphs(text, prompt.passages);
  return prompt;
}

Answer answer_from_documents(const std::vector<Message>& messages) {
  const Prompt prompt = read_prompt(messages);
  if (prompt.passages.empty()) {
    return {"(mock-llm: not a model. It quotes documents from the prompt, and there were none.) You asked: " +
                shorten(prompt.question, longest_echo),
            {}};
  }
  std::vector<Sentence> sentences = sentences_of(prompt.passages);
  score(sentences, prompt.question);
  const std::vector<const Sentence*> best = best_sentences(sentences);
  if (best.empty()) {
    return {"(mock-llm: not a model.) Nothing in the documents it was sent matches the question.", {}};
  }
  Answer answer{"(mock-llm: not a model; it quotes the documents it was sent.)", {}};
  for (const Sentence* sentence : best) {
    answer.text += " " + sentence->text + citation(*sentence->passage);
    add_source(*sentence->passage, answer.sources);
  }
  return answer;
}

}  // namespace sonde::mock_llm
