// rag_pipeline [--docs PATH]... QUESTION
//
// Retrieval-augmented generation, traced: looks the question up in documents, has a model answer from what
// was found, and prints the answer with its sources. The trace it sends:
//
//     rag_pipeline
//     ├─ retrieve_documents
//     │  └─ retrieval passages
//     └─ generate_response
//        └─ chat {model}
//           └─ POST

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/genai/openai.hpp>
#include <sonde/genai/retrieval.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include "document_index.h"

namespace {

constexpr std::size_t documents_to_retrieve = 4;

constexpr std::string_view usage =
    "usage: rag_pipeline [--docs PATH]... QUESTION\n"
    "\n"
    "Answers a question from Markdown and text files, and traces how.\n"
    "\n"
    "  --docs PATH   a file, or a folder with .md and .txt files; by default Sonde's own documentation\n"
    "\n"
    "environment: OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL say which model to ask, OTEL_* where traces "
    "go;\n"
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true records what was asked, found and answered "
    "too\n";

struct Arguments {
  std::vector<std::filesystem::path> documents;
  std::string question;
};

/// False if the command line is wrong.
bool parse_arguments(const std::vector<std::string>& words, Arguments& arguments) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--docs") {
      if (++i == words.size()) return false;
      arguments.documents.emplace_back(words[i]);
    } else if (words[i].starts_with("--") || !arguments.question.empty()) {
      return false;
    } else {
      arguments.question = words[i];
    }
  }
  if (arguments.documents.empty()) {
    const std::filesystem::path project = RAG_PIPELINE_PROJECT_FOLDER;
    arguments.documents = {project / "docs", project / "ARCHITECTURE.md"};
  }
  return !arguments.question.empty();
}

/// Searches, as the GenAI conventions' operation "retrieval".
std::vector<rag::Match> search(const rag::DocumentIndex& index, const std::string& question) {
  sonde::genai::Retrieval retrieval({.data_source_id = "passages",
                                     .top_k = static_cast<std::int64_t>(documents_to_retrieve),
                                     .query = question});
  std::vector<rag::Match> matches = index.search(question, documents_to_retrieve);
  std::vector<sonde::genai::RetrievedDocument> documents;
  documents.reserve(matches.size());
  for (const rag::Match& match : matches) {
    documents.push_back({match.passage->source, match.score, match.passage->text});
  }
  retrieval.record_documents(documents);
  return matches;
}

std::vector<rag::Match> retrieve_documents(const sonde::Tracer& tracer, const rag::DocumentIndex& index,
                                           const std::string& question) {
  auto span = tracer.start_as_current_span("retrieve_documents");
  std::vector<rag::Match> matches = search(index, question);
  span.set_attribute("doc_count", matches.size());
  span.set_attribute("passage_count", index.passage_count());
  if (!matches.empty()) span.set_attribute("best_score", matches.front().score);
  return matches;
}

sonde::genai::ChatRequest request_for(const std::string& question, const std::vector<rag::Match>& matches) {
  std::string prompt = "Documents:\n\n";
  for (std::size_t i = 0; i < matches.size(); ++i) {
    prompt += "[" + std::to_string(i + 1) + "] " + matches[i].passage->source + "\n" +
              matches[i].passage->text + "\n";
  }
  prompt += "Question: " + question;
  const char* const model = std::getenv("OPENAI_MODEL");
  return {.model = model == nullptr || *model == '\0' ? "gpt-4o-mini" : model,
          .messages = {{.role = "system",
                        .content = "Answer the question from the documents, and from nothing else. Cite each "
                                   "document you use by its number, like [1]. If the documents do not hold "
                                   "the answer, say so."},
                       {.role = "user", .content = prompt}},
          .max_tokens = 400,
          .temperature = 0.2};
}

std::string generate_response(const sonde::Tracer& tracer, const std::string& question,
                              const std::vector<rag::Match>& matches) {
  auto span = tracer.start_as_current_span("generate_response");
  sonde::openai::Client client;  // OPENAI_BASE_URL, OPENAI_API_KEY
  const auto response = client.chat(request_for(question, matches));
  if (!response) {
    span.set_status(sonde::StatusCode::error, response.error().message);
    throw std::runtime_error(response.error().message);
  }
  span.set_attribute("response_length", response->text().size());
  return response->text();
}

void print_answer(const std::string& answer, const std::vector<rag::Match>& matches) {
  std::cout << answer << "\n\nSources:\n";
  for (std::size_t i = 0; i < matches.size(); ++i) {
    std::cout << "  [" << i + 1 << "] " << matches[i].passage->source << '\n';
  }
}

/// Leaves the trace's id in `trace_id`, for a pipeline that fails too.
void run_pipeline(const Arguments& arguments, std::string& trace_id) {
  const rag::DocumentIndex index(arguments.documents);
  const sonde::Tracer tracer = sonde::get_tracer("rag_pipeline", "0.1.0");

  auto span = tracer.start_as_current_span("rag_pipeline");
  trace_id = span.context().trace_id().to_hex();
  try {
    span.add_event("Starting retrieval");
    const std::vector<rag::Match> matches = retrieve_documents(tracer, index, arguments.question);
    span.add_event("Retrieval complete", {{"doc_count", matches.size()}});
    span.add_event("Starting generation");
    const std::string answer = generate_response(tracer, arguments.question, matches);
    span.add_event("Generation complete", {{"response_length", answer.size()}});
    span.set_status(sonde::StatusCode::ok);
    print_answer(answer, matches);
  } catch (const std::exception& error) {
    span.set_status(sonde::StatusCode::error, error.what());
    throw;
  }
}

}  // namespace

int main(int argument_count, char** argument_values) {
  const std::vector<std::string> words(argument_values + 1, argument_values + argument_count);
  Arguments arguments;
  if (!parse_arguments(words, arguments)) {
    std::cerr << usage;
    return 2;
  }
  // Sends what is recorded while it lives, and when it goes out of scope waits until all has been sent.
  const auto telemetry = sonde::setup({.service_name = "rag-pipeline", .service_version = "0.1.0"});
  std::string trace_id;
  int exit_code = EXIT_SUCCESS;
  try {
    run_pipeline(arguments, trace_id);
  } catch (const std::exception& error) {
    std::cerr << "rag_pipeline: " << error.what() << '\n';
    exit_code = EXIT_FAILURE;
  }
  if (!trace_id.empty()) std::cout << "\nTrace: " << trace_id << '\n';
  return exit_code;
}
