// evaluation ask QUESTION                      answers, and prints which span did, as a traceparent
// evaluation judge TRACEPARENT SCORE [WHY]     says what that answer was worth: later, in another process
//
// The judgement is an event of the span that it is about, although that ended long ago.

#include <sonde/genai/evaluation.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

int ask(const std::string& question) {
  sonde::openai::Client client;
  auto span = sonde::get_tracer("example").start_as_current_span("answer");
  const auto answer = client.chat({.model = "gpt-4o-mini", .messages = {{.content = question}}});
  if (!answer) return 1;
  std::fprintf(stderr, "%s\n", answer->text().c_str());
  std::printf("%s\n", sonde::traceparent(span.context()).c_str());
  return 0;
}

int judge(std::string_view traceparent, double score, std::string_view why) {
  const sonde::SpanContext answer = sonde::parse_traceparent(traceparent);
  if (!answer.is_valid()) return 1;
  sonde::genai::record_evaluation(answer, {.name = "relevance",
                                           .score = score,
                                           .label = score >= 0.5 ? "relevant" : "irrelevant",
                                           .explanation = why});
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> words(values + 1, values + count);
  auto telemetry = sonde::setup({.service_name = "evaluation"});
  if (words.size() == 2 && words[0] == "ask") return ask(words[1]);
  if (words.size() >= 3 && words[0] == "judge") {
    return judge(words[1], std::atof(words[2].c_str()), words.size() > 3 ? words[3] : "");
  }
  std::fprintf(stderr, "usage: evaluation ask QUESTION\n       evaluation judge TRACEPARENT SCORE [WHY]\n");
  return 2;
}
