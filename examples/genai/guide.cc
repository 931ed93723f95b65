// The snippets of docs/genai.md that no other example has, one function a section.

#include <sonde/genai/content_uploader.hpp>
#include <sonde/genai/framework_span_handler.hpp>
#include <sonde/genai/genai.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/genai/prices.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace genai = sonde::genai;

std::string search(const std::string& query) { return "three papers about " + query; }

void one_call() {
  sonde::openai::Client client;  // OPENAI_API_KEY, OPENAI_BASE_URL
  const auto answer = client.chat({.model = "gpt-4o-mini", .messages = {{.content = "What is a span?"}}});
  if (!answer) {
    std::printf("%s: %s\n", answer.error().type.c_str(), answer.error().message.c_str());
    return;
  }
  std::printf("%s\n", answer->text().c_str());
}

void options() {
  genai::ClientOptions options = sonde::openai::options_from_environment();
  options.provider = "vllm";  // for telemetry: it is not OpenAI who answers
  options.timeout = std::chrono::seconds(20);
  options.max_retries = 4;
  options.headers.emplace_back("x-team", "search");
  sonde::openai::Client client(options);

  const std::stop_source stop;  // stop.request_stop(), from any thread, ends the call
  const auto answer = client.chat({.model = "llama-3.1-8b",
                                   .messages = {{.content = "Name a colour and a number."}},
                                   .response_schema_json = R"({"type":"object","required":["colour","number"],
                                     "properties":{"colour":{"type":"string"},"number":{"type":"integer"}}})"},
                                  stop.get_token());
  if (answer) std::printf("%s\n", answer->text().c_str());
}

void embeddings() {
  sonde::openai::Client client;
  const auto embedded = client.embed({.model = "text-embedding-3-small", .texts = {"a span", "a trace"}});
  if (embedded) std::printf("%zu vectors\n", embedded->vectors.size());
}

/// What a search tool does, in the convention's words.
std::string use_tool() {
  genai::ToolExecution tool(
      {.name = "search_papers", .call_id = "call_1", .arguments_json = R"({"query": "spans"})"});
  return tool.run([] { return search("spans"); });
}

void workflow() {
  const genai::WorkflowInvocation workflow("research");
  const auto scope = workflow.make_current();
  genai::AgentInvocation agent({.name = "librarian"});
  const auto inside = agent.make_current();
  genai::MemoryOperation memory({.operation = genai::operation::search_memory, .query = "spans"});
  memory.set_record_count(0);
  memory.end();
  use_tool();
}

void capture_content() {
  genai::Instrumentation::configure({.capture = genai::ContentCapture::span_and_event,
                                     .max_text_length = 4000,
                                     .redact = [](genai::ContentKind kind, std::string& text) {
                                       if (kind == genai::ContentKind::tool_result) text = "[withheld]";
                                     }});
}

bool upload_content(const std::string& folder) {
  auto uploader = genai::make_folder_uploader({.folder = folder});
  if (!uploader) return false;
  genai::Instrumentation::configure({.capture = genai::ContentCapture::none, .uploader = *uploader});
  one_call();
  return (*uploader)->force_flush(5000);
}

void cost() {
  const genai::Usage usage{.input_tokens = 1000, .output_tokens = 500, .cache_read_input_tokens = 200};
  const auto cost = genai::PriceTable::built_in().cost("openai", "gpt-4o-mini", usage);
  if (cost) std::printf("$%.6f = %s (%s)\n", cost->total, cost->formula.c_str(), cost->source.c_str());
}

}  // namespace

int main(int count, char** values) {
  auto telemetry = sonde::setup({.service_name = "guide"});
  auto span = sonde::get_tracer("example").start_as_current_span("guide");
  one_call();
  options();
  embeddings();
  capture_content();
  workflow();
  if (count > 1 && !upload_content(values[1])) return 1;
  cost();
}
