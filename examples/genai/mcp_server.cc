// A server of the Model Context Protocol, over standard input and output, with one tool. Each request
// continues the trace that the client put into params._meta, and has the client's baggage.

#include <sonde/baggage_processor.hpp>
#include <sonde/genai/mcp.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace {

namespace genai = sonde::genai;
using Json = nlohmann::json;

Json text_result(const std::string& text, bool is_error = false) {
  return {{"content", {{{"type", "text"}, {"text", text}}}}, {"isError", is_error}};
}

/// The result of a request, or an exception that says why there is none.
Json handle(const std::string& method, const Json& parameters, genai::McpServerRequest& request) {
  if (method == "initialize") {
    return {{"protocolVersion", "2025-06-18"},
            {"capabilities", {{"tools", Json::object()}}},
            {"serverInfo", {{"name", "weather"}, {"version", "1.0"}}}};
  }
  const std::string city = parameters.at("arguments").at("city");
  auto look_up = sonde::get_tracer("example").start_as_current_span("look up " + city);
  if (city != "Atlantis") return text_result("sunny in " + city);
  request.set_tool_error("no such city");
  return text_result("no such city", true);
}

Json answer(const Json& message) {
  const Json parameters = message.value("params", Json::object());
  const std::string method = message.at("method");
  const std::string tool = method == "tools/call" ? parameters.value("name", "") : "";
  const auto meta = parameters.value("_meta", std::map<std::string, std::string>());
  genai::McpServerRequest request({.method = method,
                                   .tool_name = tool,
                                   .request_id = message.at("id").get_ref<const std::string&>(),
                                   .network_transport = "pipe"},
                                  genai::extract_mcp_context(meta));
  const auto scope = request.make_current();
  Json response = {{"jsonrpc", "2.0"}, {"id", message["id"]}};
  if (method == "initialize" || tool == "get_weather") {
    response["result"] = handle(method, parameters, request);
  } else {
    constexpr int method_not_found = -32601;
    request.set_error(method_not_found, "there is no " + method);
    response["error"] = {{"code", method_not_found}, {"message", "there is no " + method}};
  }
  return response;
}

}  // namespace

int main() {
  sonde::SetupOptions options{.service_name = "weather-mcp"};
  options.span_processors.push_back(std::make_unique<sonde::BaggageSpanProcessor>(sonde::request_keys()));
  auto telemetry = sonde::setup(std::move(options));
  for (std::string line; std::getline(std::cin, line);) {
    const Json message = Json::parse(line);
    if (message.contains("id")) std::cout << answer(message).dump() << std::endl;  // notifications have none
  }
}
