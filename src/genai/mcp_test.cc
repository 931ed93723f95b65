#include "sonde/genai/mcp.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "genai/test_genai.h"
#include "sonde/genai/tool.hpp"

namespace sonde::genai {
namespace {

using test::Map;
using test::Tracing;
using Meta = std::map<std::string, std::string>;

TEST(Mcp, RequestsAreTheConventionsSpansOfBothSides) {
  const Tracing tracing;
  const McpRequest request{.method = "tools/call",
                           .tool_name = "get-weather",
                           .request_id = "42",
                           .session_id = "191c4850",
                           .protocol_version = "2025-06-18",
                           .network_transport = "tcp",
                           .network_protocol_name = "http",
                           .network_protocol_version = "2",
                           .peer_address = "localhost",
                           .peer_port = 8080};
  McpClientRequest(request).end();
  Map expected = {{"mcp.method.name", R"("tools/call")"},
                  {"gen_ai.operation.name", R"("execute_tool")"},
                  {"gen_ai.tool.name", R"("get-weather")"},
                  {"jsonrpc.request.id", R"("42")"},
                  {"mcp.session.id", R"("191c4850")"},
                  {"mcp.protocol.version", R"("2025-06-18")"},
                  {"network.transport", R"("tcp")"},
                  {"network.protocol.name", R"("http")"},
                  {"network.protocol.version", R"("2")"},
                  {"server.address", R"("localhost")"},
                  {"server.port", "8080"}};
  const std::string client = tracing.span("tools/call get-weather");
  EXPECT_EQ(SpanView(client).kind(), SpanKind::client);
  EXPECT_EQ(tracing.attributes("tools/call get-weather"), expected);
  McpServerRequest(request, Context()).end();
  const std::string server = tracing.span("tools/call get-weather");
  EXPECT_EQ(SpanView(server).kind(), SpanKind::server);
  expected.erase("server.address");
  expected.erase("server.port");
  expected["client.address"] = R"("localhost")";
  expected["client.port"] = "8080";
  EXPECT_EQ(tracing.attributes("tools/call get-weather"), expected);
  McpClientRequest({.method = "prompts/get", .prompt_name = "analyze"}).end();
  EXPECT_FALSE(tracing.span("prompts/get analyze").empty());
  McpClientRequest({.method = "initialize"}).end();
  EXPECT_EQ(tracing.attributes("initialize"), (Map{{"mcp.method.name", R"("initialize")"}}));
}

TEST(Mcp, ArgumentsOfPromptsAreTheirVariables) {
  const Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::span});
  const Attribute arguments[] = {{"city", "Paris"}};
  const McpRequest request{
      .method = "prompts/get", .prompt_name = "travel", .arguments = AttributeValue::map(arguments)};
  McpClientRequest(request, {}, instrumentation).end();
  EXPECT_EQ(tracing.attributes("prompts/get travel"), (Map{{"mcp.method.name", R"("prompts/get")"},
                                                           {"gen_ai.prompt.name", R"("travel")"},
                                                           {"gen_ai.prompt.variable.city", R"("Paris")"}}));
  McpClientRequest(request).end();
  EXPECT_FALSE(tracing.attributes("prompts/get travel").contains("gen_ai.prompt.variable.city"));
}

TEST(Mcp, ServerGoesOnWithTheClientsTraceAndLinksWhatIsAroundIt) {
  const Tracing tracing;
  Meta meta;
  SpanContext client;
  {
    const ContextScope user(Context::current().set_baggage(Baggage().set("user.id", "ada")));
    McpClientRequest call({.method = "tools/call", .tool_name = "now"});
    client = call.context();
    call.inject(meta);
  }
  EXPECT_EQ(meta.at("traceparent"), traceparent(client));
  EXPECT_EQ(meta.at("baggage"), "user.id=ada");
  const auto transport = get_tracer("test").start_as_current_span("POST");
  McpServerRequest request({.method = "tools/call", .tool_name = "now"}, extract_mcp_context(meta));
  {
    const auto scope = request.make_current();
    EXPECT_EQ(Baggage::current().get("user.id"), "ada");
    ToolExecution({.name = "now"}).end();
  }
  const SpanContext server = request.context();
  request.end();
  const std::string span = tracing.span("tools/call now");
  EXPECT_EQ(SpanView(span).trace_id(), client.trace_id());
  EXPECT_EQ(SpanView(span).parent_span_id(), client.span_id());
  EXPECT_EQ((*SpanView(span).links().begin()).span_id(), transport.context().span_id());
  const std::string tool = tracing.span("execute_tool now");
  EXPECT_EQ(SpanView(tool).parent_span_id(), server.span_id());
}

TEST(Mcp, ServerWithoutAClientsTraceGoesOnWithItsOwn) {
  const Tracing tracing;
  const auto transport = get_tracer("test").start_as_current_span("POST");
  McpServerRequest({.method = "ping"}, extract_mcp_context(Meta())).end();
  const std::string span = tracing.span("ping");
  EXPECT_EQ(SpanView(span).parent_span_id(), transport.context().span_id());
}

TEST(Mcp, ToolCallInsideAToolsExecutionAddsToIt) {
  const Tracing tracing;
  {
    const ToolExecution tool({.name = "get-weather"});
    const auto scope = tool.make_current();
    McpClientRequest call({.method = "tools/call", .tool_name = "get-weather", .session_id = "s1"});
    call.set_tool_error("no such city");
  }
  EXPECT_EQ(tracing.count(), 1u);
  const Map attributes = tracing.attributes("execute_tool get-weather");
  EXPECT_EQ(attributes.at("mcp.session.id"), R"("s1")");
  EXPECT_EQ(attributes.at("error.type"), R"("tool_error")");
}

TEST(Mcp, ErrorsThatAreTheClientsFaultAreNoneOfTheServers) {
  const Tracing tracing;
  McpClientRequest client({.method = "tools/call", .tool_name = "client"});
  client.set_error(-32602, "unknown tool");
  client.end();
  McpServerRequest server({.method = "tools/call", .tool_name = "server"}, Context());
  server.set_error(-32602, "unknown tool");
  server.end();
  McpServerRequest broken({.method = "tools/call", .tool_name = "broken"}, Context());
  broken.set_error(-32603, "internal error");
  broken.end();
  const std::string at_client = tracing.span("tools/call client");
  EXPECT_EQ(SpanView(at_client).status(), StatusCode::error);
  EXPECT_EQ(SpanView(at_client).status_message(), "unknown tool");
  EXPECT_EQ(tracing.attributes("tools/call client").at("error.type"), R"("-32602")");
  const std::string at_server = tracing.span("tools/call server");
  EXPECT_EQ(SpanView(at_server).status(), StatusCode::unset);
  EXPECT_EQ(tracing.attributes("tools/call server").at("rpc.response.status_code"), R"("-32602")");
  EXPECT_FALSE(tracing.attributes("tools/call server").contains("error.type"));
  const std::string at_broken = tracing.span("tools/call broken");
  EXPECT_EQ(SpanView(at_broken).status(), StatusCode::error);
}

}  // namespace
}  // namespace sonde::genai
