#pragma once

// The Model Context Protocol, seen from either side: a request of a client, and its handling by a server. The
// trace goes on from one to the other through the request's `params._meta`:
//
//     sonde::genai::McpClientRequest call({.method = "tools/call", .tool_name = "get_weather"});
//     call.inject(meta);  // a map of strings, or a function that takes a key and a value
//     ...
//     sonde::genai::McpServerRequest request({.method = "tools/call", .tool_name = "get_weather"},
//                                            sonde::genai::extract_mcp_context(meta));
//
// A tool call inside a current ToolExecution adds its attributes to that and makes no span of its own.
//
// Source: semantic-conventions-genai, mcp.client and mcp.server, and their metrics.

#include <utility>

#include "sonde/context.hpp"
#include "sonde/genai/inference.hpp"
#include "sonde/propagator.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct McpRequest {
  std::string_view method = {};  ///< Required: tools/call, resources/read, ...
  std::string_view tool_name = {};
  std::string_view prompt_name = {};
  std::string_view resource_uri = {};
  std::string_view request_id = {};
  std::string_view session_id = {};
  std::string_view protocol_version = {};
  std::string_view jsonrpc_version = {};    ///< Recorded if not 2.0.
  std::string_view network_transport = {};  ///< pipe, tcp, quic
  std::string_view network_protocol_name = {};
  std::string_view network_protocol_version = {};
  std::string_view peer_address = {};  ///< The server's at the client, the client's at the server.
  std::uint16_t peer_port = 0;
  AttributeValue arguments = {};  ///< Of a tool or a prompt. Content: recorded only when captured.
  Attributes attributes = {};
};

/// What the two sides share.
class McpOperation : public Operation {
 public:
  /// Content: recorded only when captured.
  void record_result(const AttributeValue& result) noexcept;
  /// The answer was a JSON-RPC error. At the server, errors that are the client's fault are no errors.
  void set_error(std::int64_t code, std::string_view message) noexcept;
  /// The tool ran and says that it failed (CallToolResult.isError).
  void set_tool_error(std::string_view message = {}) noexcept;

 protected:
  McpOperation(detail::StartedOperation started, const McpRequest& request);
};

/// W3C's trace context and baggage, whatever the global propagator is: MCP knows no other.
[[nodiscard]] const TextMapPropagator& mcp_propagator() noexcept;

class McpClientRequest : public McpOperation {
 public:
  explicit McpClientRequest(const McpRequest& request, const Parent& parent = {},
                            const Instrumentation& instrumentation = Instrumentation::global());

  /// Writes what `params._meta` must have for the server to go on with this trace, always in W3C's form.
  template <class Carrier>
  void inject(Carrier&& meta) const {
    mcp_propagator().inject(std::forward<Carrier>(meta), Context::current().set_span(context()));
  }
};

/// What `params._meta` says a request belongs to.
template <class Carrier>
[[nodiscard]] Context extract_mcp_context(const Carrier& meta) {
  return mcp_propagator().extract(meta, Context());
}

class McpServerRequest : public McpOperation {
 public:
  /// The span of `client` becomes the parent; a span that is current here is linked. What runs under
  /// make_current() has the client's baggage.
  McpServerRequest(const McpRequest& request, const Context& client,
                   const Instrumentation& instrumentation = Instrumentation::global());
};

}  // namespace sonde::genai
