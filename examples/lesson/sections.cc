// The lesson's sections after the set-up, one function each, quoted by docs/lesson.md. What the lesson takes
// for granted (retrieve, generate, call_llm) stands in stand_ins.h.

#include <sonde/console_exporter.hpp>
#include <sonde/genai/framework_span_handler.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/meter.hpp>
#include <sonde/meter_provider.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>
#include <sonde/traced.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stand_ins.h"

namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

// --- Creating spans -----------------------------------------------------------------------------

const sonde::Tracer tracer = sonde::get_tracer("my-llm-app");

/// Process a query with tracing.
std::string process_query(const std::string& query) {
  auto span = tracer.start_as_current_span("process_query");
  // Your processing logic
  return "Processed: " + query;
}

/// RAG pipeline with nested spans.
std::string rag_pipeline(const std::string& query) {
  auto parent = tracer.start_as_current_span("rag_pipeline");

  // Retrieval span
  auto retrieval = tracer.start_as_current_span("retrieve_documents");
  const auto docs = retrieve(query);
  retrieval.set_attribute("doc_count", docs.size());
  retrieval.end();

  // Generation span
  auto generation = tracer.start_as_current_span("generate_response");
  std::string response = generate(query, docs);
  generation.set_attribute("response_length", response.size());
  return response;
}

// --- Adding attributes --------------------------------------------------------------------------

/// LLM call with detailed attributes.
std::string llm_call(const std::string& prompt, const std::string& model = "gpt-4o-mini") {
  auto span = tracer.start_as_current_span("llm_call");
  // Add attributes before the call
  span.set_attribute("llm.model", model);
  span.set_attribute("llm.prompt_length", prompt.size());
  span.set_attribute("llm.prompt_tokens_estimate", prompt.size() / 4);

  // Make the call
  const auto start = steady_clock::now();
  std::string response = call_llm(prompt, model).content;
  const duration<double, std::milli> elapsed = steady_clock::now() - start;

  // Add attributes after the call
  span.set_attribute("llm.response_length", response.size());
  span.set_attribute("llm.duration_ms", elapsed.count());
  span.set_attribute("llm.success", true);
  return response;
}

void semantic_conventions() {
  auto span = tracer.start_as_current_span("http_request");
  span.set_attribute("http.request.method", "POST");
  span.set_attribute("url.full", "https://api.openai.com/v1/chat/completions");
  span.set_attribute("http.response.status_code", 200);
}

// --- Adding events ------------------------------------------------------------------------------

void add_events(const std::string& query) {
  auto span = tracer.start_as_current_span("rag_pipeline");
  span.add_event("Starting retrieval");
  const auto docs = retrieve(query);

  span.add_event("Retrieval complete", {{"doc_count", docs.size()}});

  span.add_event("Starting generation");
  const std::string response = generate(query, docs);

  span.add_event("Generation complete", {{"response_length", response.size()}});
}

// --- Error handling -----------------------------------------------------------------------------

int risky_operation() {
  auto span = tracer.start_as_current_span("risky_operation");
  try {
    const int result = do_something_risky();
    span.set_status(sonde::StatusCode::ok);
    return result;
  } catch (const std::exception& e) {
    // Record the exception
    span.record_exception(e);
    span.set_status(sonde::StatusCode::error, e.what());
    throw;
  }
}

// --- Instrumenting LLM calls --------------------------------------------------------------------

/// OpenAI call with full OpenTelemetry instrumentation.
std::string traced_llm_call(std::vector<sonde::genai::ChatMessage> messages,
                            std::string model = "gpt-4o-mini", double temperature = 0.7) {
  sonde::openai::Client client;
  auto response =
      client.chat({.model = std::move(model), .messages = std::move(messages), .temperature = temperature});
  if (!response) throw std::runtime_error(response.error().message);
  return response->text();
}

// --- Decorator pattern --------------------------------------------------------------------------

// Usage
const auto process_document =
    sonde::traced("process_document", {{"component", "parser"}}, [](const std::string& doc) {
      // Processing logic
      return "Processed: " + doc;
    });

// --- LlamaIndex instrumentation -----------------------------------------------------------------

void llama_index() {
  // Register handler
  sonde::genai::FrameworkSpanHandler handler({.framework = "llamaindex"});

  // Called when entering a span, with the one it is in
  handler.span_enter("query-1", {.component = "RetrieverQueryEngine", .method = "query"});
  handler.span_enter("retrieve-1", {.component = "VectorIndexRetriever", .method = "retrieve"}, "query-1");

  // Called when exiting a span
  handler.span_exit("retrieve-1");
  handler.span_exit("query-1");
}

// --- Metrics collection -------------------------------------------------------------------------

// Get meter
const sonde::Meter meter = sonde::get_meter("llm-metrics");

// Create instruments
const auto token_counter =
    meter.create_counter("llm.tokens.total", {.unit = "tokens", .description = "Total tokens consumed"});

const auto latency_histogram =
    meter.create_histogram("llm.request.duration", {.unit = "ms", .description = "LLM request latency"});

const auto active_requests = meter.create_up_down_counter(
    "llm.requests.active", {.unit = "requests", .description = "Currently active LLM requests"});

/// Counts one up, and down again at the end of the scope, on every path: the lesson's try and finally.
class ActiveRequest {
 public:
  explicit ActiveRequest(std::string model) : model_(std::move(model)) {
    active_requests.add(1, {{"model", model_}});
  }
  ~ActiveRequest() { active_requests.add(-1, {{"model", model_}}); }
  ActiveRequest(const ActiveRequest&) = delete;
  ActiveRequest& operator=(const ActiveRequest&) = delete;

 private:
  std::string model_;
};

// Usage
std::string tracked_llm_call(const std::string& prompt, const std::string& model) {
  const ActiveRequest active(model);

  const auto start = steady_clock::now();
  const Response response = call_llm(prompt, model);

  const duration<double, std::milli> elapsed = steady_clock::now() - start;
  latency_histogram.record(elapsed.count(), {{"model", model}});

  token_counter.add(response.total_tokens, {{"model", model}});
  return response.content;
}

}  // namespace

int main() {
  auto telemetry =
      sonde::setup({.service_name = "my-llm-app", .metrics_exporter = sonde::ExporterKind::none});

  // Setup meter provider
  sonde::MeterProviderOptions options;
  options.readers.push_back(
      std::make_shared<sonde::PeriodicMetricReader>(sonde::make_console_metric_exporter()));
  sonde::MeterProvider provider(std::move(options));
  provider.set_as_global();

  // The layer's own attributes and metrics, and the lesson's beside them.
  sonde::genai::Instrumentation::configure({.profiles = {{.newest = true, .lesson = true}}});

  process_query("What is a span?");
  rag_pipeline("What is a span?");
  llm_call("What is a span?");
  semantic_conventions();
  add_events("What is a span?");
  risky_operation();
  try {
    risky_operation();
  } catch (const std::runtime_error& error) {
    std::printf("failed: %s\n", error.what());
  }
  traced_llm_call({{.role = "user", .content = "What is a span?"}});
  std::printf("%s\n", process_document("a document").c_str());
  llama_index();
  tracked_llm_call("What is a span?", "gpt-4o");
}
