#include "sonde/genai/framework_span_handler.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "genai/framework_mapping.h"
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
