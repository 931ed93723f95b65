// Golden spans: for each operation, its name, its kind and its exact attributes, types included.

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "base/json_writer.h"
#include "genai/test_genai.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai {
namespace {

using test::Map;
using test::Tracing;

constexpr std::string_view stop[] = {"stop"};

TEST(GenAiInference, IsTheConventionsSpan) {
  const Tracing tracing;
  {
    constexpr std::string_view sequences[] = {"forest", "lived"};
    Inference chat({.provider = provider::openai,
                    .model = "gpt-4",
                    .server_address = "api.openai.com",
                    .server_port = 443,
                    .conversation_id = "conv_5j66",
                    .output_type = "json",
                    .stream = true,
                    .max_tokens = 100,
                    .temperature = 0.0,
                    .top_p = 1.0,
                    .top_k = 40,
                    .frequency_penalty = 0.1,
                    .presence_penalty = 0.2,
                    .seed = 7,
                    .choice_count = 3,
                    .stop_sequences = sequences,
                    .reasoning_level = "low",
                    .previous_response_id = "resp_0",
                    .conversation_compacted = true,
                    .prompt_name = "analyze-code",
                    .prompt_version = "1.0.0",
                    .openai_api_type = "responses",
                    .openai_service_tier = "flex",
                    .attributes = {{"tenant", "acme"}}});
    chat.set_response({.id = "chatcmpl-123",
                       .model = "gpt-4-0613",
                       .finish_reasons = stop,
                       .usage = {.input_tokens = 100,
                                 .output_tokens = 180,
                                 .cache_read_input_tokens = 50,
                                 .cache_write_input_tokens = 25,
                                 .reasoning_output_tokens = 60,
                                 .input = {.text = 90, .image = 10}},
                       .openai_service_tier = "flex",
                       .openai_system_fingerprint = "fp_44709d6fcb"});
  }
  const std::string span = tracing.span("chat gpt-4");
  EXPECT_EQ(SpanView(span).kind(), SpanKind::client);
  EXPECT_EQ(SpanView(span).status(), StatusCode::unset);
  EXPECT_EQ(tracing.attributes("chat gpt-4"),
            (Map{{"gen_ai.operation.name", R"("chat")"},
                 {"gen_ai.provider.name", R"("openai")"},
                 {"gen_ai.request.model", R"("gpt-4")"},
                 {"server.address", R"("api.openai.com")"},
                 {"server.port", "443"},
                 {"gen_ai.conversation.id", R"("conv_5j66")"},
                 {"gen_ai.conversation.compacted", "true"},
                 {"gen_ai.output.type", R"("json")"},
                 {"gen_ai.request.stream", "true"},
                 {"gen_ai.request.max_tokens", "100"},
                 {"gen_ai.request.temperature", "0.0"},
                 {"gen_ai.request.top_p", "1.0"},
                 {"gen_ai.request.top_k", "40"},
                 {"gen_ai.request.frequency_penalty", "0.1"},
                 {"gen_ai.request.presence_penalty", "0.2"},
                 {"gen_ai.request.seed", "7"},
                 {"gen_ai.request.choice.count", "3"},
                 {"gen_ai.request.stop_sequences", R"(["forest","lived"])"},
                 {"gen_ai.request.reasoning.level", R"("low")"},
                 {"gen_ai.request.previous_response.id", R"("resp_0")"},
                 {"gen_ai.prompt.name", R"("analyze-code")"},
                 {"gen_ai.prompt.version", R"("1.0.0")"},
                 {"openai.api.type", R"("responses")"},
                 {"openai.request.service_tier", R"("flex")"},
                 {"tenant", R"("acme")"},
                 {"gen_ai.response.id", R"("chatcmpl-123")"},
                 {"gen_ai.response.model", R"("gpt-4-0613")"},
                 {"gen_ai.response.finish_reasons", R"(["stop"])"},
                 {"gen_ai.usage.input_tokens", "100"},
                 {"gen_ai.usage.output_tokens", "180"},
                 {"gen_ai.usage.cache_read.input_tokens", "50"},
                 {"gen_ai.usage.cache_write.input_tokens", "25"},
                 {"gen_ai.usage.reasoning.output_tokens", "60"},
                 {"gen_ai.usage.text.input_tokens", "90"},
                 {"gen_ai.usage.image.input_tokens", "10"},
                 {"openai.response.service_tier", R"("flex")"},
                 {"openai.response.system_fingerprint", R"("fp_44709d6fcb")"}}));
}

TEST(GenAiInference, SaysNothingOfWhatIsNotKnown) {
  const Tracing tracing;
  Inference({.provider = provider::anthropic, .model = "claude-x", .in_process = true, .choice_count = 1})
      .end();
  EXPECT_EQ(tracing.attributes("chat claude-x"), (Map{{"gen_ai.operation.name", R"("chat")"},
                                                      {"gen_ai.provider.name", R"("anthropic")"},
                                                      {"gen_ai.request.model", R"("claude-x")"}}));
  const std::string span = tracing.span("chat claude-x");
  EXPECT_EQ(SpanView(span).kind(), SpanKind::internal);
}

TEST(GenAiEmbeddings, AreTheConventionsSpan) {
  const Tracing tracing;
  {
    constexpr std::string_view formats[] = {"base64"};
    Embeddings embeddings({.provider = provider::openai,
                           .model = "text-embedding-3-small",
                           .server_address = "api.openai.com",
                           .server_port = 443,
                           .encoding_formats = formats});
    embeddings.set_response("text-embedding-3-small", 8, 512);
  }
  EXPECT_EQ(tracing.attributes("embeddings text-embedding-3-small"),
            (Map{{"gen_ai.operation.name", R"("embeddings")"},
                 {"gen_ai.provider.name", R"("openai")"},
                 {"gen_ai.request.model", R"("text-embedding-3-small")"},
                 {"server.address", R"("api.openai.com")"},
                 {"server.port", "443"},
                 {"gen_ai.request.encoding_formats", R"(["base64"])"},
                 {"gen_ai.embeddings.dimension.count", "512"},
                 {"gen_ai.response.model", R"("text-embedding-3-small")"},
                 {"gen_ai.usage.input_tokens", "8"}}));
}

TEST(GenAiRetrieval, IsTheConventionsSpan) {
  const Tracing tracing;
  Retrieval({.data_source_id = "H7STPQYOND", .top_k = 5, .query = "not without consent"}).end();
  EXPECT_EQ(tracing.attributes("retrieval H7STPQYOND"), (Map{{"gen_ai.operation.name", R"("retrieval")"},
                                                             {"gen_ai.data_source.id", R"("H7STPQYOND")"},
                                                             {"gen_ai.retrieval.top_k", "5"}}));
}

TEST(GenAiTool, IsTheConventionsSpanAndKnowsItsAgent) {
  const Tracing tracing;
  {
    const AgentInvocation agent({.name = "planner"});
    const auto scope = agent.make_current();
    ToolExecution({.name = "get_weather", .call_id = "call_1", .description = "Weather of a city"}).end();
  }
  const std::string tool = tracing.span("execute_tool get_weather");
  const std::string agent = tracing.span("invoke_agent planner");
  EXPECT_EQ(SpanView(tool).kind(), SpanKind::internal);
  EXPECT_EQ(SpanView(tool).parent_span_id(), SpanView(agent).span_id());
  EXPECT_EQ(tracing.attributes("execute_tool get_weather"),
            (Map{{"gen_ai.operation.name", R"("execute_tool")"},
                 {"gen_ai.tool.name", R"("get_weather")"},
                 {"gen_ai.tool.type", R"("function")"},
                 {"gen_ai.tool.call.id", R"("call_1")"},
                 {"gen_ai.tool.description", R"("Weather of a city")"},
                 {"gen_ai.agent.name", R"("planner")"}}));
}

TEST(GenAiAgents, OfThisProcessAndOfAProviderDifferInKindAndAttributes) {
  const Tracing tracing;
  const AgentRequest local{.name = "planner", .description = "Plans", .id = "not stable", .version = "1"};
  AgentInvocation(local).end();
  EXPECT_EQ(tracing.attributes("invoke_agent planner"), (Map{{"gen_ai.operation.name", R"("invoke_agent")"},
                                                             {"gen_ai.agent.name", R"("planner")"},
                                                             {"gen_ai.agent.description", R"("Plans")"}}));
  AgentRequest remote = local;
  remote.provider = provider::aws_bedrock;
  remote.name = "remote";
  remote.id = "asst_1";
  {
    AgentInvocation agent(remote);
    agent.set_usage({.input_tokens = 3});
    agent.set_finish_reasons(stop);
  }
  const std::string span = tracing.span("invoke_agent remote");
  EXPECT_EQ(SpanView(span).kind(), SpanKind::client);
  EXPECT_EQ(tracing.attributes("invoke_agent remote"), (Map{{"gen_ai.operation.name", R"("invoke_agent")"},
                                                            {"gen_ai.provider.name", R"("aws.bedrock")"},
                                                            {"gen_ai.agent.id", R"("asst_1")"},
                                                            {"gen_ai.agent.version", R"("1")"},
                                                            {"gen_ai.agent.name", R"("remote")"},
                                                            {"gen_ai.agent.description", R"("Plans")"},
                                                            {"gen_ai.response.finish_reasons", R"(["stop"])"},
                                                            {"gen_ai.usage.input_tokens", "3"}}));
  AgentCreation(remote).end();
  const std::string creation = tracing.span("create_agent remote");
  EXPECT_EQ(SpanView(creation).kind(), SpanKind::client);
}

TEST(GenAiWorkflowPlanAndMemory, AreTheConventionsSpans) {
  const Tracing tracing;
  WorkflowInvocation("research", "conv_1").end();
  Plan("planner").end();
  Plan().end();
  {
    MemoryOperation memory({.store_id = "store_1", .query = "secret"});
    memory.set_record_count(2);
  }
  EXPECT_EQ(tracing.attributes("invoke_workflow research"),
            (Map{{"gen_ai.operation.name", R"("invoke_workflow")"},
                 {"gen_ai.workflow.name", R"("research")"},
                 {"gen_ai.conversation.id", R"("conv_1")"}}));
  EXPECT_EQ(tracing.attributes("plan planner"),
            (Map{{"gen_ai.operation.name", R"("plan")"}, {"gen_ai.agent.name", R"("planner")"}}));
  EXPECT_EQ(tracing.attributes("plan"), (Map{{"gen_ai.operation.name", R"("plan")"}}));
  EXPECT_EQ(tracing.attributes("search_memory"), (Map{{"gen_ai.operation.name", R"("search_memory")"},
                                                      {"gen_ai.memory.store.id", R"("store_1")"},
                                                      {"gen_ai.memory.record.count", "2"}}));
}

TEST(GenAiOperation, EndsOnceAndSaysWhyItFailed) {
  const Tracing tracing;
  {
    Inference chat({.provider = provider::openai, .model = "m"});
    chat.fail("rate_limit_exceeded", "slow down");
    chat.fail("other", "comes too late");
    chat.end();
    chat.end();
    chat.set_attribute("too", "late");
  }
  EXPECT_EQ(tracing.count(), 1u);
  const std::string span = tracing.span("chat m");
  EXPECT_EQ(SpanView(span).status(), StatusCode::error);
  EXPECT_EQ(SpanView(span).status_message(), "slow down");
  EXPECT_EQ(tracing.attributes("chat m").at("error.type"), R"("rate_limit_exceeded")");
  EXPECT_FALSE(tracing.attributes("chat m").contains("too"));
}

TEST(GenAiOperation, OfWhichAnExceptionMakesTheEndIsAnError) {
  const Tracing tracing;
  EXPECT_THROW(
      {
        const ToolExecution tool({.name = "thrower"});
        throw std::runtime_error("no");
      },
      std::runtime_error);
  EXPECT_EQ(tracing.attributes("execute_tool thrower").at("error.type"), R"("_OTHER")");
  {
    ToolExecution tool({.name = "catcher"});
    tool.fail(std::runtime_error("disk full"));
  }
  const std::string span = tracing.span("execute_tool catcher");
  EXPECT_EQ(tracing.attributes("execute_tool catcher").at("error.type"), R"("std::runtime_error")");
  EXPECT_EQ(SpanView(span).status_message(), "disk full");
}

TEST(GenAiOperation, RunsACallInsideItselfAndFailsWithWhatItThrows) {
  const Tracing tracing;
  Inference chat({.provider = provider::openai, .model = "m"});
  EXPECT_EQ(chat.run([&] { return current_span_context(); }), chat.context());
  EXPECT_FALSE(current_span_context().is_valid());
  EXPECT_THROW(chat.run([] { throw std::runtime_error("no route"); }), std::runtime_error);
  chat.end();
  EXPECT_EQ(tracing.attributes("chat m").at("error.type"), R"("std::runtime_error")");
  EXPECT_EQ(SpanView(tracing.span("chat m")).status_message(), "no route");
}

TEST(GenAiOperation, InsideOneOfTheSameTypeAddsToItInsteadOfCountingTwice) {
  const Tracing tracing;
  {
    const Inference framework({.provider = provider::openai, .model = "gpt-4o"});
    const auto scope = framework.make_current();
    Inference client({.provider = provider::openai, .model = "gpt-4o", .temperature = 0.5});
    const auto inner_scope = client.make_current();
    client.set_response({.id = "chatcmpl-1", .usage = {.input_tokens = 3}});
    client.fail("timeout", "the first try; the framework tries again");
  }
  EXPECT_EQ(tracing.count(), 1u);
  const Map attributes = tracing.attributes("chat gpt-4o");
  EXPECT_EQ(attributes.at("gen_ai.request.temperature"), "0.5");
  EXPECT_EQ(attributes.at("gen_ai.response.id"), R"("chatcmpl-1")");
  EXPECT_FALSE(attributes.contains("error.type"));
}

TEST(GenAiOperation, OfAnotherTypeBetweenThemMakesTwo) {
  const Tracing tracing;
  {
    const Inference outer({.provider = provider::openai, .model = "outer"});
    const auto scope = outer.make_current();
    const ToolExecution tool({.name = "ask"});
    const auto tool_scope = tool.make_current();
    Inference({.provider = provider::openai, .model = "inner"}).end();
  }
  EXPECT_EQ(tracing.count(), 3u);
}

TEST(GenAiOperation, AfterTheOuterHasEndedIsOnItsOwn) {
  const Tracing tracing;
  Inference outer({.provider = provider::openai, .model = "outer"});
  const auto scope = outer.make_current();
  outer.end();
  Inference({.provider = provider::openai, .model = "inner"}).end();
  EXPECT_EQ(tracing.count(), 2u);
}

TEST(GenAiOperation, WithoutTracingDoesNothing) {
  Inference chat({.provider = provider::openai, .model = "m"});
  const auto scope = chat.make_current();
  chat.record_input([](Messages&) { ADD_FAILURE() << "content is described though nothing records it"; });
  chat.set_response({.id = "1"});
  EXPECT_FALSE(chat.is_recording());
}

TEST(GenAiContent, IsNotEvenDescribedUnlessItIsCaptured) {
  const Tracing tracing;
  Inference chat({.provider = provider::openai, .model = "m"});
  chat.record_input([](Messages&) { ADD_FAILURE(); });
  chat.record_output([](Messages&) { ADD_FAILURE(); });
}

TEST(GenAiContent, OnSpansIsStructuredOrJson) {
  const Tracing tracing;
  for (const bool as_json : {false, true}) {
    const Instrumentation instrumentation({.capture = ContentCapture::span, .content_as_json = as_json});
    {
      Inference chat({.provider = provider::openai, .model = "m", .prompt_variables = {{"name", "Ada"}}},
                     instrumentation);
      chat.record_system_instructions([](Messages& messages) { messages.text("Be brief."); });
      chat.record_input([](Messages& messages) { messages.add("user").text("Hi"); });
      chat.record_output([](Messages& messages) { messages.add("assistant").text("Hello"); });
      const ToolDefinition tools[] = {{.name = "now"}};
      chat.record_tools(tools);
    }
    const Map attributes = tracing.attributes("chat m");
    const auto expected = [&](const std::string& json) {
      std::string quoted;
      base::append_json_string(json, quoted);
      return as_json ? quoted : json;
    };
    EXPECT_EQ(attributes.at("gen_ai.input.messages"),
              expected(R"([{"role":"user","parts":[{"type":"text","content":"Hi"}]}])"));
    EXPECT_EQ(attributes.at("gen_ai.output.messages"),
              expected(R"([{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}])"));
    EXPECT_EQ(attributes.at("gen_ai.system_instructions"),
              expected(R"([{"type":"text","content":"Be brief."}])"));
    EXPECT_EQ(attributes.at("gen_ai.tool.definitions"), expected(R"([{"type":"function","name":"now"}])"));
    EXPECT_EQ(attributes.at("gen_ai.prompt.variable.name"), R"("Ada")");
  }
}

TEST(GenAiContent, OfToolsRetrievalsAndMemoriesIsCaptured) {
  const Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::span});
  {
    ToolExecution tool({.name = "f", .arguments = AttributeValue::map({{"city", "Paris"}})}, instrumentation);
    tool.record_result("rainy");
    Retrieval retrieval({.data_source_id = "docs", .query = "weather"}, instrumentation);
    const RetrievedDocument documents[] = {{.id = "d1", .score = 0.5}};
    retrieval.record_documents(documents);
  }
  EXPECT_EQ(tracing.attributes("execute_tool f").at("gen_ai.tool.call.arguments"), R"({"city":"Paris"})");
  ToolExecution({.name = "g", .arguments_json = R"({"city": "Paris", "days": 2})"}, instrumentation).end();
  EXPECT_EQ(tracing.attributes("execute_tool g").at("gen_ai.tool.call.arguments"),
            R"({"city":"Paris","days":2})");
  ToolExecution({.name = "h", .arguments_json = "{cut off"}, instrumentation).end();
  EXPECT_EQ(tracing.attributes("execute_tool h").at("gen_ai.tool.call.arguments"), R"("{cut off")");
  EXPECT_EQ(tracing.attributes("execute_tool f").at("gen_ai.tool.call.result"), R"("rainy")");
  EXPECT_EQ(tracing.attributes("retrieval docs").at("gen_ai.retrieval.query.text"), R"("weather")");
  EXPECT_EQ(tracing.attributes("retrieval docs").at("gen_ai.retrieval.documents"),
            R"([{"id":"d1","score":0.5}])");
}

}  // namespace
}  // namespace sonde::genai
