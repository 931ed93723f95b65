#include "sonde/genai/framework_span_handler.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "genai/framework_mapping.h"
#include "genai/json_values.h"
#include "genai/test_genai.h"

namespace sonde::genai {
namespace {

using detail::framework_operation;
using detail::FrameworkOperation;
using test::Tracing;

TEST(FrameworkMapping, KnowsWhatClassesAndMethodsMean) {
  EXPECT_EQ(framework_operation("OpenAI", "chat"), FrameworkOperation::chat);
  EXPECT_EQ(framework_operation("OpenAI", "_astream_chat"), FrameworkOperation::chat);
  EXPECT_EQ(framework_operation("MockLLM", "acomplete"), FrameworkOperation::text_completion);
  EXPECT_EQ(framework_operation("OpenAIEmbedding", "get_query_embedding"), FrameworkOperation::embeddings);
  EXPECT_EQ(framework_operation("VectorIndexRetriever", "aretrieve"), FrameworkOperation::retrieval);
  EXPECT_EQ(framework_operation("FunctionTool", "acall"), FrameworkOperation::tool);
  EXPECT_EQ(framework_operation("ReActAgent", "run"), FrameworkOperation::agent);
  EXPECT_EQ(framework_operation("ResearchWorkflow", "run"), FrameworkOperation::workflow);
  EXPECT_EQ(framework_operation("RetrieverQueryEngine", "query"), FrameworkOperation::none);
  EXPECT_EQ(framework_operation("CondenseChatEngine", "chat"), FrameworkOperation::none);
  EXPECT_EQ(framework_operation("SentenceSplitter", "split"), FrameworkOperation::none);
  EXPECT_EQ(detail::framework_provider("AzureOpenAI"), "azure.ai.openai");
  EXPECT_EQ(detail::framework_provider("MockLLM"), "");
}

TEST(FrameworkSpanHandler, FindsParentsByTheirIdsFromAnyThread) {
  const Tracing tracing;
  FrameworkSpanHandler handler({.framework = "llamaindex"});
  handler.span_enter("query-1", {.component = "RetrieverQueryEngine", .method = "query"});
  std::thread([&] {
    handler.span_enter("retrieve-1", {.component = "VectorIndexRetriever", .method = "retrieve"}, "query-1");
    handler.event("retrieve-1", "found", {{"doc_count", 3}});
    handler.span_exit("retrieve-1");
  }).join();
  handler.span_enter("chat-1",
                     {.component = "OpenAI", .method = "chat", .bound_arguments = {{"model", "gpt-4o"}}},
                     "query-1");
  handler.span_exit("chat-1");
  handler.span_exit("query-1");

  const std::string query = tracing.span("llamaindex.RetrieverQueryEngine.query");
  const std::string retrieval = tracing.span("retrieval VectorIndexRetriever");
  const std::string chat = tracing.span("chat gpt-4o");
  for (const std::string& child : {retrieval, chat}) {
    EXPECT_EQ(SpanView(child).parent_span_id(), SpanView(query).span_id());
    EXPECT_EQ(SpanView(child).trace_id(), SpanView(query).trace_id());
  }
  EXPECT_FALSE(SpanView(query).parent_span_id().is_valid());
  EXPECT_EQ((*SpanView(retrieval).events().begin()).name(), "found");
  EXPECT_EQ(tracing.attributes("chat gpt-4o").at("gen_ai.provider.name"), R"("openai")");
  EXPECT_EQ(handler.open_spans(), 0u);
}

TEST(FrameworkSpanHandler, CountsLayersOfOneCallOnce) {
  const Tracing tracing;
  FrameworkSpanHandler handler;
  handler.span_enter("outer", {.component = "OpenAI", .method = "chat", .bound_arguments = {{"model", "m"}}});
  handler.span_enter("inner", {.component = "OpenAI", .method = "_chat"}, "outer");
  handler.span_enter("tool", {.component = "FunctionTool", .method = "call"}, "inner");
  for (const char* const id : {"tool", "inner", "outer"}) handler.span_exit(id);
  EXPECT_EQ(tracing.count(), 2u);
  const std::string tool = tracing.span("execute_tool FunctionTool");
  const std::string chat = tracing.span("chat m");
  EXPECT_EQ(SpanView(tool).parent_span_id(), SpanView(chat).span_id());
}

TEST(FrameworkSpanHandler, OfADroppedSpanSaysWhy) {
  const Tracing tracing;
  FrameworkSpanHandler handler;
  handler.span_enter("1", {.component = "Splitter", .method = "split"});
  handler.span_drop("1", "ValueError", "empty document");
  const std::string span = tracing.span("Splitter.split");
  EXPECT_EQ(SpanView(span).status(), StatusCode::error);
  EXPECT_EQ(SpanView(span).status_message(), "empty document");
  EXPECT_EQ(tracing.attributes("Splitter.split").at("error.type"), R"("ValueError")");
}

/// The attributes of a chat that ended with that result, captured content among them.
test::Map chat_with_result(std::string_view json) {
  const Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::span});
  FrameworkSpanHandler handler({}, instrumentation);
  ValueStore values;
  handler.span_enter("1", {.component = "OpenAI", .method = "chat", .bound_arguments = {{"model", "m"}}});
  handler.span_exit("1", detail::parse_json(json, values));
  return tracing.attributes("chat m");
}

TEST(FrameworkSpanHandler, ReadsTheProvidersAnswerInResults) {
  const auto openai = chat_with_result(
      R"({"raw":{"id":"c1","model":"m-1","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],
      "usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}})");
  EXPECT_EQ(openai.at("gen_ai.response.id"), R"("c1")");
  EXPECT_EQ(openai.at("gen_ai.response.model"), R"("m-1")");
  EXPECT_EQ(openai.at("gen_ai.response.finish_reasons"), R"(["stop"])");
  EXPECT_EQ(openai.at("gen_ai.usage.cache_read.input_tokens"), "4");
  EXPECT_EQ(openai.at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}])");
  const auto anthropic = chat_with_result(
      R"({"id":"a1","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn",
      "usage":{"input_tokens":5,"cache_read_input_tokens":100,"output_tokens":7}})");
  EXPECT_EQ(anthropic.at("gen_ai.usage.input_tokens"), "105");
  const auto ollama = chat_with_result(
      R"({"model":"o","message":{"content":"Hi"},"done":true,"done_reason":"stop","eval_count":3})");
  EXPECT_EQ(ollama.at("gen_ai.usage.output_tokens"), "3");
  const auto responses = chat_with_result(
      R"({"id":"r1","output":[{"type":"message","content":[{"text":"Hi"}]}],"usage":{"input_tokens":1}})");
  EXPECT_EQ(responses.at("gen_ai.response.id"), R"("r1")");
}

TEST(FrameworkSpanHandler, ReadsTheLastEventOfAStreamAndTheTextBesideIt) {
  const auto event = chat_with_result(
      R"({"text":"Hi","raw":{"object":"chat.completion.chunk","id":"c1","choices":[],"usage":{"completion_tokens":3}}})");
  EXPECT_EQ(event.at("gen_ai.usage.output_tokens"), "3");
  EXPECT_FALSE(event.contains("gen_ai.response.finish_reasons"));
  EXPECT_EQ(event.at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}])");
  EXPECT_EQ(chat_with_result(R"({"text":"Hi"})").at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}])");
}

TEST(FrameworkSpanHandler, MakesNothingOfResultsThatAreNoAnswers) {
  for (const char* const json : {"", "7", "[]", "{}", R"({"raw":7})", R"({"raw":{}})", R"({"choices":7})",
                                 R"({"raw":{"choices":[]}})", R"({"content":1,"stop_reason":2})"}) {
    const auto attributes = chat_with_result(json);
    EXPECT_EQ(attributes.size(), 3u) << json;
  }
}

TEST(FrameworkSpanHandler, KeepsStreamsOpenAndMeasuresTheirFirstChunk) {
  const Tracing tracing;
  FrameworkSpanHandler handler;
  const Attribute arguments[] = {{"model", "m"}};
  const FrameworkCall call{
      .component = "OpenAI", .method = "stream_chat", .bound_arguments = std::span(arguments)};
  handler.span_enter("read", call);
  for (int i = 0; i < 3; ++i) handler.on_chunk("read");
  ValueStore values;
  handler.span_exit("read",
                    detail::parse_json(R"({"id":"c1","choices":[{"finish_reason":"stop"}]})", values));
  test::Map attributes = tracing.attributes("chat m");
  EXPECT_EQ(attributes.at("gen_ai.request.stream"), "true");
  EXPECT_EQ(attributes.at("gen_ai.response.finish_reasons"), R"(["stop"])");
  EXPECT_TRUE(attributes.contains("gen_ai.response.time_to_first_chunk"));

  handler.span_enter("left", call);
  handler.on_chunk("left");
  handler.span_exit("left");
  attributes = tracing.attributes("chat m");
  EXPECT_FALSE(attributes.contains("gen_ai.response.finish_reasons"));
  EXPECT_FALSE(attributes.contains("error.type"));

  handler.span_enter("broken", call);
  handler.on_chunk("broken");
  handler.span_drop("broken", "APIError", "gone");
  attributes = tracing.attributes("chat m");
  EXPECT_EQ(attributes.at("error.type"), R"("APIError")");
  EXPECT_EQ(tracing.count(), 3u);

  handler.span_enter("none", {.component = "Splitter"});
  handler.on_chunk("none");
  handler.on_chunk("never entered");
  handler.span_exit("none");
  EXPECT_EQ(tracing.count(), 4u);
}

TEST(FrameworkSpanHandler, NamesToolsByTheirNameAndNotByAnArgumentOfThatName) {
  const Tracing tracing;
  FrameworkSpanHandler handler;
  const Attribute arguments[] = {{"name", "Ada"}};
  const FrameworkCall call{.component = "FunctionTool",
                           .method = "call",
                           .name = "find_person",
                           .bound_arguments = std::span(arguments)};
  handler.span_enter("1", call);
  handler.span_exit("1");
  EXPECT_EQ(tracing.attributes("execute_tool find_person").at("gen_ai.tool.name"), R"("find_person")");
}

TEST(FrameworkSpanHandler, RecordsContentOnlyWhereItIsCaptured) {
  const Attribute message[] = {{"role", "user"}, {"content", "Why?"}};
  const std::vector<AttributeValue> messages = {AttributeValue::map(message)};
  const Attribute arguments[] = {{"model", "m"}, {"messages", AttributeValue::array(messages)}};
  const Attribute document[] = {{"id", "d1"}, {"score", 0.5}, {"content", "Because."}};
  const std::vector<AttributeValue> documents = {AttributeValue::map(document)};
  for (const bool captures : {false, true}) {
    const Tracing tracing;
    const Instrumentation instrumentation(
        {.capture = captures ? ContentCapture::span : ContentCapture::none});
    FrameworkSpanHandler handler({}, instrumentation);
    handler.span_enter("1", {.component = "OpenAI", .method = "chat", .bound_arguments = arguments});
    handler.span_exit("1");
    handler.span_enter("2", {.component = "Retriever",
                             .method = "retrieve",
                             .bound_arguments = {{"query", "Why?"}, {"top_k", 2}}});
    handler.span_exit("2", AttributeValue::array(documents));
    handler.span_enter("3", {.component = "MockEmbedding", .method = "get_query_embedding"});
    handler.span_exit("3", AttributeValue::map({{"dimension_count", 5}}));
    const auto chat = tracing.attributes("chat m");
    const auto retrieval = tracing.attributes("retrieval Retriever");
    EXPECT_EQ(chat.contains("gen_ai.input.messages"), captures);
    EXPECT_EQ(retrieval.contains("gen_ai.retrieval.query.text"), captures);
    EXPECT_EQ(retrieval.contains("gen_ai.retrieval.documents"), captures);
    EXPECT_EQ(retrieval.at("gen_ai.retrieval.top_k"), "2");
    EXPECT_EQ(tracing.attributes("embeddings").at("gen_ai.embeddings.dimension.count"), "5");
    if (!captures) continue;
    EXPECT_EQ(chat.at("gen_ai.input.messages"),
              R"([{"role":"user","parts":[{"type":"text","content":"Why?"}]}])");
    EXPECT_EQ(retrieval.at("gen_ai.retrieval.documents"),
              R"([{"id":"d1","score":0.5,"content":"Because."}])");
  }
}

TEST(FrameworkSpanHandler, GivesChildrenOfClosedSpansTheirParent) {
  const Tracing tracing;
  FrameworkSpanHandler handler;
  handler.span_enter("parent", {.component = "Parent"});
  handler.span_exit("parent");
  handler.span_enter("child", {.component = "Child"}, "parent");
  handler.span_exit("child");
  const std::string parent = tracing.span("Parent");
  const std::string child = tracing.span("Child");
  EXPECT_EQ(SpanView(child).parent_span_id(), SpanView(parent).span_id());
}

TEST(FrameworkSpanHandler, LeaksNothingWhenExitsNeverCome) {
  const Tracing tracing;
  {
    FrameworkSpanHandler handler({.max_open_spans = 10});
    for (int i = 0; i < 100; ++i) handler.span_enter(std::to_string(i), {.component = "Lost"});
    EXPECT_EQ(handler.open_spans(), 10u);
    handler.span_enter("99", {.component = "Again"});
    EXPECT_EQ(handler.open_spans(), 10u);
    handler.span_exit("never entered");
  }
  EXPECT_EQ(tracing.count(), 101u);
  EXPECT_EQ(tracing.attributes("Lost").at("sonde.span.abandoned"), "true");
}

TEST(FrameworkSpanHandler, TakesCallsOfManyThreads) {
  const Tracing tracing;
  FrameworkSpanHandler handler({.max_open_spans = 50});
  handler.span_enter("root", {.component = "Root"});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 250; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        handler.span_enter(id, {.component = "OpenAI", .method = "chat"}, "root");
        handler.event(id, "token");
        if (i % 2 == 0)
          handler.span_exit(id);
        else
          handler.span_drop(id, "Timeout", "");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  handler.span_exit("root");
  EXPECT_EQ(tracing.count(), 1001u);
  EXPECT_EQ(handler.open_spans(), 0u);
}

}  // namespace
}  // namespace sonde::genai
