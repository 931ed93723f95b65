#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#include <sonde/traced.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

std::string process_document(const std::string& document) {
  if (document.empty()) throw std::invalid_argument("the document is empty");
  return "Processed: " + document;
}

/// Takes its span as its first parameter, because it has something to say about it.
int count_words(sonde::Span& span, const std::string& text) {
  int words = 0;
  for (std::size_t i = 0; i < text.size(); ++i) words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  span.set_attribute("words", words);
  return words;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "traced-example"});

  auto process = sonde::traced("process_document", {{"component", "parser"}}, process_document);
  auto count = sonde::traced("count_words", count_words);

  // Each call is a span; calls within calls are its children.
  auto pipeline =
      sonde::traced("pipeline", [&](const std::string& document) { return count(process(document)); });
  std::printf("%d words\n", pipeline("to be or not to be"));

  // What is thrown is recorded on the spans it leaves, and goes on to the caller.
  try {
    pipeline("");
  } catch (const std::invalid_argument& error) {
    std::printf("failed: %s\n", error.what());
  }
}
