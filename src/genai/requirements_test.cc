// The convention's requirement levels as a table, and every operation against it: with nothing but what it
// must be given it records what is required and no more; with everything it records every attribute, each of
// its type, and none besides; and what is opt-in only where content is captured.

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "genai/test_genai.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai {
namespace {

using Type = AttributeValue::Type;
using test::Tracing;

enum class Level : std::uint8_t { required, conditional, recommended, opt_in };

/// "i": integer, "d": double, "b": boolean, "s": string, "S": strings, "a": anything structured.
struct Requirement {
  std::string_view key;
  char type;
  Level level;
};

struct OperationCase {
  std::string_view name;
  std::vector<Requirement> requirements;
  std::function<void(const Instrumentation&)> record_least;
  std::function<void(const Instrumentation&)> record_all;
};

constexpr Level R = Level::required;
constexpr Level C = Level::conditional;
constexpr Level N = Level::recommended;
constexpr Level O = Level::opt_in;

constexpr std::string_view sequences[] = {"forest", "lived"};
constexpr std::string_view reasons[] = {"stop", "length"};
constexpr std::string_view formats[] = {"base64"};

const std::vector<Requirement> address = {{"server.address", 's', N}, {"server.port", 'i', C}};
const std::vector<Requirement> usage_kinds = {{"gen_ai.usage.input_tokens", 'i', N},
                                              {"gen_ai.usage.output_tokens", 'i', N},
                                              {"gen_ai.usage.cache_read.input_tokens", 'i', N},
                                              {"gen_ai.usage.cache_write.input_tokens", 'i', N},
                                              {"gen_ai.usage.reasoning.output_tokens", 'i', N},
                                              {"gen_ai.usage.text.input_tokens", 'i', N},
                                              {"gen_ai.usage.text.output_tokens", 'i', N},
                                              {"gen_ai.usage.text.cache_read.input_tokens", 'i', N},
                                              {"gen_ai.usage.image.input_tokens", 'i', N},
                                              {"gen_ai.usage.image.output_tokens", 'i', N},
                                              {"gen_ai.usage.image.cache_read.input_tokens", 'i', N},
                                              {"gen_ai.usage.audio.input_tokens", 'i', N},
                                              {"gen_ai.usage.audio.output_tokens", 'i', N},
                                              {"gen_ai.usage.audio.cache_read.input_tokens", 'i', N}};
const Usage all_usage = {.input_tokens = 100,
                         .output_tokens = 180,
                         .cache_read_input_tokens = 50,
                         .cache_write_input_tokens = 25,
                         .reasoning_output_tokens = 60,
                         .input = {.text = 90, .image = 6, .audio = 4},
                         .output = {.text = 170, .image = 6, .audio = 4},
                         .cache_read = {.text = 48, .image = 1, .audio = 1}};
/// Of inferences and of agents that a provider runs.
const std::vector<Requirement> parameters = {{"gen_ai.output.type", 's', C},
                                             {"gen_ai.request.choice.count", 'i', C},
                                             {"gen_ai.request.seed", 'i', C},
                                             {"gen_ai.request.max_tokens", 'i', N},
                                             {"gen_ai.request.temperature", 'd', N},
                                             {"gen_ai.request.top_p", 'd', N},
                                             {"gen_ai.request.frequency_penalty", 'd', N},
                                             {"gen_ai.request.presence_penalty", 'd', N},
                                             {"gen_ai.request.stop_sequences", 'S', N},
                                             {"gen_ai.request.previous_response.id", 's', N},
                                             {"gen_ai.response.finish_reasons", 'S', N}};
const std::vector<Requirement> content = {{"gen_ai.system_instructions", 'a', O},
                                          {"gen_ai.input.messages", 'a', O},
                                          {"gen_ai.output.messages", 'a', O},
                                          {"gen_ai.tool.definitions", 'a', O}};

std::vector<Requirement> all_of(std::initializer_list<std::vector<Requirement>> lists) {
  std::vector<Requirement> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

void record_messages(MessageOperation& operation) {
  operation.record_input([](Messages& messages) { messages.add("user").text("Hi"); });
  operation.record_output([](Messages& messages) { messages.add("assistant").text("Hello"); });
}

void record_content(ModelOperation& operation) {
  record_messages(operation);
  operation.record_system_instructions([](Messages& messages) { messages.text("Be brief."); });
  const ToolDefinition tools[] = {{.name = "now"}};
  operation.record_tools(tools);
}

OperationCase inference() {
  return {"inference",
          all_of({{{"gen_ai.operation.name", 's', R},
                   {"gen_ai.provider.name", 's', R},
                   {"gen_ai.request.model", 's', C},
                   {"error.type", 's', C},
                   {"gen_ai.conversation.id", 's', C},
                   {"gen_ai.request.stream", 'b', C},
                   {"gen_ai.request.top_k", 'i', C},
                   {"gen_ai.prompt.name", 's', C},
                   {"gen_ai.prompt.version", 's', C},
                   {"gen_ai.request.reasoning.level", 's', N},
                   {"gen_ai.conversation.compacted", 'b', N},
                   {"gen_ai.response.id", 's', N},
                   {"gen_ai.response.model", 's', N},
                   {"gen_ai.response.time_to_first_chunk", 'd', N},
                   {"gen_ai.prompt.variable.name", 's', O},
                   {"openai.request.service_tier", 's', C},
                   {"openai.response.service_tier", 's', C},
                   {"openai.response.system_fingerprint", 's', N},
                   {"openai.api.type", 's', N}},
                  address,
                  parameters,
                  usage_kinds,
                  content}),
          [](const Instrumentation& by) { Inference({.provider = provider::openai}, by).end(); },
          [](const Instrumentation& by) {
            InferenceStream stream(Inference({.provider = provider::openai,
                                              .model = "gpt-4",
                                              .server_address = "api.openai.com",
                                              .server_port = 443,
                                              .conversation_id = "conv_1",
                                              .output_type = "json",
                                              .stream = true,
                                              .max_tokens = 100,
                                              .temperature = 0,
                                              .top_p = 1,
                                              .top_k = 40,
                                              .frequency_penalty = 0.1,
                                              .presence_penalty = 0.2,
                                              .seed = 7,
                                              .choice_count = 2,
                                              .stop_sequences = sequences,
                                              .reasoning_level = "low",
                                              .previous_response_id = "resp_0",
                                              .conversation_compacted = true,
                                              .prompt_name = "analyze",
                                              .prompt_version = "1.0.0",
                                              .prompt_variables = {{"name", "Ada"}},
                                              .openai_api_type = "responses",
                                              .openai_service_tier = "flex"},
                                             by));
            record_content(stream.inference());
            stream.on_chunk();
            stream.fail("500", "broken",
                        {.id = "chatcmpl-1",
                         .model = "gpt-4-0613",
                         .finish_reasons = reasons,
                         .usage = all_usage,
                         .openai_service_tier = "flex",
                         .openai_system_fingerprint = "fp_1"});
          }};
}

OperationCase embeddings() {
  return {"embeddings",
          all_of({{{"gen_ai.operation.name", 's', R},
                   {"gen_ai.provider.name", 's', R},
                   {"error.type", 's', C},
                   {"gen_ai.request.model", 's', C},
                   {"gen_ai.request.encoding_formats", 'S', N},
                   {"gen_ai.embeddings.dimension.count", 'i', N},
                   {"gen_ai.usage.input_tokens", 'i', N},
                   {"gen_ai.response.model", 's', N}},
                  address}),
          [](const Instrumentation& by) { Embeddings({.provider = provider::openai}, by).end(); },
          [](const Instrumentation& by) {
            Embeddings operation({.provider = provider::openai,
                                  .model = "text-embedding-3-small",
                                  .server_address = "api.openai.com",
                                  .server_port = 443,
                                  .encoding_formats = formats},
                                 by);
            operation.set_response("text-embedding-3-small", 8, 512);
            operation.fail("500");
          }};
}

OperationCase retrieval() {
  return {"retrieval",
          all_of({{{"gen_ai.operation.name", 's', R},
                   {"error.type", 's', C},
                   {"gen_ai.request.model", 's', C},
                   {"gen_ai.provider.name", 's', C},
                   {"gen_ai.data_source.id", 's', C},
                   {"gen_ai.retrieval.top_k", 'i', N},
                   {"gen_ai.retrieval.query.text", 's', O},
                   {"gen_ai.retrieval.documents", 'a', O}},
                  address}),
          [](const Instrumentation& by) { Retrieval({}, by).end(); },
          [](const Instrumentation& by) {
            Retrieval operation({.data_source_id = "H7STPQYOND",
                                 .provider = provider::openai,
                                 .model = "text-embedding-3-small",
                                 .server_address = "localhost",
                                 .server_port = 6333,
                                 .top_k = 5,
                                 .query = "What?"},
                                by);
            const RetrievedDocument documents[] = {{.id = "doc_1", .score = 0.95}};
            operation.record_documents(documents);
            operation.fail("timeout");
          }};
}

OperationCase fetch_response() {
  return {"fetch_response",
          all_of({{{"gen_ai.provider.name", 's', R},
                   {"gen_ai.operation.name", 's', R},
                   {"gen_ai.response.id", 's', R},
                   {"gen_ai.request.stream_cursor", 's', C},
                   {"error.type", 's', C},
                   {"gen_ai.response.model", 's', N},
                   {"gen_ai.response.status", 's', N},
                   {"gen_ai.response.finish_reasons", 'S', N}},
                  address}),
          [](const Instrumentation& by) {
            ResponseFetch({.provider = provider::openai, .response_id = "resp_1"}, by).end();
          },
          [](const Instrumentation& by) {
            ResponseFetch operation({.provider = provider::openai,
                                     .response_id = "resp_1",
                                     .stream_cursor = "42",
                                     .server_address = "api.openai.com",
                                     .server_port = 443},
                                    by);
            operation.set_response("gpt-4.1", "failed", reasons);
            operation.fail("server_error");
          }};
}

OperationCase memory() {
  return {"memory",
          {{"gen_ai.operation.name", 's', R},
           {"error.type", 's', C},
           {"gen_ai.memory.store.id", 's', C},
           {"gen_ai.memory.record.id", 's', C},
           {"gen_ai.provider.name", 's', C},
           {"gen_ai.memory.record.count", 'i', N},
           {"gen_ai.memory.query.text", 's', O},
           {"gen_ai.memory.records", 'a', O}},
          [](const Instrumentation& by) { MemoryOperation({}, by).end(); },
          [](const Instrumentation& by) {
            MemoryOperation operation(
                {.provider = "mem0", .store_id = "store_1", .record_id = "record_1", .query = "What?"}, by);
            operation.set_record_count(1);
            const Attribute record[] = {{"content", "likes tea"}};
            const AttributeValue records[] = {AttributeValue::map(record)};
            operation.record_records(records);
            operation.fail("timeout");
          }};
}

OperationCase tool() {
  return {"execute_tool",
          {{"gen_ai.operation.name", 's', R},
           {"gen_ai.tool.name", 's', R},
           {"error.type", 's', C},
           {"gen_ai.agent.name", 's', C},
           {"gen_ai.conversation.id", 's', C},
           {"gen_ai.tool.call.id", 's', N},
           {"gen_ai.tool.description", 's', N},
           {"gen_ai.tool.type", 's', N},
           {"gen_ai.tool.call.arguments", 'a', O},
           {"gen_ai.tool.call.result", 's', O}},
          [](const Instrumentation& by) { ToolExecution({.name = "now", .type = ""}, by).end(); },
          [](const Instrumentation& by) {
            const Attribute arguments[] = {{"city", "Paris"}};
            ToolExecution operation({.name = "get_weather",
                                     .call_id = "call_1",
                                     .description = "Weather of a city",
                                     .agent_name = "planner",
                                     .conversation_id = "conv_1",
                                     .arguments = AttributeValue::map(arguments)},
                                    by);
            operation.record_result("rainy");
            operation.fail("timeout");
          }};
}

const AgentRequest whole_agent = {.name = "planner",
                                  .description = "Plans",
                                  .conversation_id = "conv_1",
                                  .model = "gpt-4",
                                  .data_source_id = "docs",
                                  .output_type = "json",
                                  .max_tokens = 100,
                                  .temperature = 0,
                                  .top_p = 1,
                                  .frequency_penalty = 0.1,
                                  .presence_penalty = 0.2,
                                  .seed = 7,
                                  .choice_count = 2,
                                  .stop_sequences = sequences,
                                  .previous_response_id = "resp_0",
                                  .id = "asst_1",
                                  .version = "1",
                                  .server_address = "api.openai.com",
                                  .server_port = 443};

OperationCase agent_creation() {
  return {"create_agent",
          all_of({{{"gen_ai.operation.name", 's', R},
                   {"gen_ai.provider.name", 's', R},
                   {"error.type", 's', C},
                   {"gen_ai.request.model", 's', C},
                   {"gen_ai.agent.id", 's', C},
                   {"gen_ai.agent.name", 's', C},
                   {"gen_ai.agent.description", 's', C},
                   {"gen_ai.agent.version", 's', C},
                   {"gen_ai.system_instructions", 'a', O}},
                  address}),
          [](const Instrumentation& by) { AgentCreation({.provider = provider::openai}, by).end(); },
          [](const Instrumentation& by) {
            AgentCreation operation({.name = "planner",
                                     .description = "Plans",
                                     .model = "gpt-4",
                                     .provider = provider::openai,
                                     .version = "1",
                                     .server_address = "api.openai.com",
                                     .server_port = 443},
                                    by);
            operation.record_system_instructions([](Messages& messages) { messages.text("Be brief."); });
            operation.set_agent_id("asst_1");
            operation.fail("500");
          }};
}

const std::vector<Requirement> agent = {
    {"gen_ai.operation.name", 's', R},    {"gen_ai.agent.name", 's', C},
    {"gen_ai.agent.description", 's', C}, {"gen_ai.conversation.id", 's', C},
    {"gen_ai.data_source.id", 's', C},    {"error.type", 's', C},
    {"gen_ai.request.model", 's', N}};

OperationCase remote_agent() {
  return {
      "invoke_agent of a provider",
      all_of(
          {{{"gen_ai.provider.name", 's', R}, {"gen_ai.agent.id", 's', C}, {"gen_ai.agent.version", 's', C}},
           agent,
           address,
           parameters,
           usage_kinds,
           content}),
      [](const Instrumentation& by) { AgentInvocation({.provider = provider::openai}, by).end(); },
      [](const Instrumentation& by) {
        AgentRequest request = whole_agent;
        request.provider = provider::openai;
        AgentInvocation operation(request, by);
        record_content(operation);
        operation.set_usage(all_usage);
        operation.set_finish_reasons(reasons);
        operation.fail("500");
      }};
}

OperationCase local_agent() {
  return {"invoke_agent of this process",
          all_of({agent,
                  {{"gen_ai.usage.input_tokens", 'i', N}, {"gen_ai.usage.output_tokens", 'i', N}},
                  parameters,
                  content}),
          [](const Instrumentation& by) { AgentInvocation({}, by).end(); },
          [](const Instrumentation& by) {
            AgentInvocation operation(whole_agent, by);
            record_content(operation);
            operation.set_usage({.input_tokens = 1, .output_tokens = 2});
            operation.set_finish_reasons(reasons);
            operation.fail("500");
          }};
}

OperationCase workflow() {
  return {"invoke_workflow",
          {{"gen_ai.operation.name", 's', R},
           {"error.type", 's', C},
           {"gen_ai.workflow.name", 's', C},
           {"gen_ai.conversation.id", 's', C},
           {"gen_ai.input.messages", 'a', O},
           {"gen_ai.output.messages", 'a', O}},
          [](const Instrumentation& by) { WorkflowInvocation("", {}, {}, by).end(); },
          [](const Instrumentation& by) {
            WorkflowInvocation operation("research", "conv_1", {}, by);
            record_messages(operation);
            operation.fail("500");
          }};
}

OperationCase plan() {
  return {"plan",
          {{"gen_ai.operation.name", 's', R}, {"gen_ai.agent.name", 's', C}, {"error.type", 's', C}},
          [](const Instrumentation& by) { Plan({}, {}, by).end(); },
          [](const Instrumentation& by) { Plan("planner", {}, by).fail("500"); }};
}

/// A tool's call; prompts and resources are told apart in mcp_test.cc.
OperationCase mcp(bool is_client) {
  std::vector<Requirement> requirements = {{"mcp.method.name", 's', R},
                                           {"gen_ai.tool.name", 's', C},
                                           {"gen_ai.prompt.name", 's', C},
                                           {"error.type", 's', C},
                                           {"mcp.resource.uri", 's', C},
                                           {"jsonrpc.request.id", 's', C},
                                           {"rpc.response.status_code", 's', C},
                                           {"gen_ai.operation.name", 's', N},
                                           {"mcp.session.id", 's', N},
                                           {"mcp.protocol.version", 's', N},
                                           {"network.transport", 's', N},
                                           {"network.protocol.name", 's', N},
                                           {"network.protocol.version", 's', N},
                                           {"jsonrpc.protocol.version", 's', N},
                                           {"gen_ai.tool.call.arguments", 'a', O},
                                           {"gen_ai.tool.call.result", 's', O}};
  requirements.push_back({is_client ? "server.address" : "client.address", 's', N});
  requirements.push_back({is_client ? "server.port" : "client.port", 'i', N});
  const auto record_all = [](McpOperation operation) {
    operation.record_result("rainy");
    operation.set_error(-32603, "broken");
  };
  static const std::vector<Attribute> arguments = {{"city", "Paris"}};
  static const McpRequest all{.method = "tools/call",
                              .tool_name = "get-weather",
                              .prompt_name = "analyze",
                              .resource_uri = "file:///a",
                              .request_id = "42",
                              .session_id = "191c4850",
                              .protocol_version = "2025-06-18",
                              .jsonrpc_version = "1.0",
                              .network_transport = "tcp",
                              .network_protocol_name = "http",
                              .network_protocol_version = "2",
                              .peer_address = "localhost",
                              .peer_port = 8080,
                              .arguments = AttributeValue::map(arguments)};
  if (is_client) {
    return {"mcp.client", requirements,
            [](const Instrumentation& by) { McpClientRequest({.method = "ping"}, {}, by).end(); },
            [record_all](const Instrumentation& by) { record_all(McpClientRequest(all, {}, by)); }};
  }
  return {"mcp.server", requirements,
          [](const Instrumentation& by) { McpServerRequest({.method = "ping"}, Context(), by).end(); },
          [record_all](const Instrumentation& by) { record_all(McpServerRequest(all, Context(), by)); }};
}

char type_of(const ValueView& value) {
  switch (value.type()) {
    case Type::string: return 's';
    case Type::integer: return 'i';
    case Type::floating: return 'd';
    case Type::boolean: return 'b';
    case Type::map: return 'a';
    default: break;
  }
  for (const ValueView element : value.elements()) {
    if (element.type() != Type::string) return 'a';
  }
  return 'S';
}

using Keys = std::map<std::string, char>;

/// The keys and types of the one span that record() makes.
Keys recorded(const std::function<void(const Instrumentation&)>& record, ContentCapture capture) {
  const Tracing tracing;
  const Instrumentation instrumentation({.capture = capture});
  record(instrumentation);
  EXPECT_EQ(tracing.count(), 1u);
  Keys keys;
  const std::string span = tracing.last();
  for (const AttributeView attribute : SpanView(span).attributes()) {
    keys[std::string(attribute.key())] = type_of(attribute.value());
  }
  return keys;
}

template <class Chosen>
Keys expected(const OperationCase& operation, Chosen is_chosen) {
  Keys keys;
  for (const Requirement& each : operation.requirements) {
    if (is_chosen(each.level)) keys[std::string(each.key)] = each.type;
  }
  return keys;
}

TEST(Requirements, OfEveryOperationAreMet) {
  for (const OperationCase& operation :
       {inference(), embeddings(), retrieval(), fetch_response(), memory(), tool(), agent_creation(),
        remote_agent(), local_agent(), workflow(), plan(), mcp(true), mcp(false)}) {
    SCOPED_TRACE(operation.name);
    EXPECT_EQ(recorded(operation.record_least, ContentCapture::span),
              expected(operation, [](Level level) { return level == Level::required; }));
    EXPECT_EQ(recorded(operation.record_all, ContentCapture::span),
              expected(operation, [](Level) { return true; }));
    EXPECT_EQ(recorded(operation.record_all, ContentCapture::none),
              expected(operation, [](Level level) { return level != Level::opt_in; }));
  }
}

}  // namespace
}  // namespace sonde::genai
