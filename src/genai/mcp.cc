#include "sonde/genai/mcp.hpp"

#include <array>
#include <string>

#include "genai/attribute_list.h"
#include "genai/operation_end.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

using detail::OperationType;

constexpr std::int64_t parse_error = -32700;
constexpr std::int64_t resource_not_found = -32002;

/// The codes that say the client asked for what cannot be: at the server no failure.
bool is_clients_fault(std::int64_t code) noexcept {
  return code == parse_error || (code <= -32600 && code >= -32602) || code == resource_not_found;
}

detail::AttributeList<18> attributes_of(const McpRequest& request, bool is_client) noexcept {
  detail::AttributeList<18> list;
  list.add(attribute::mcp_method_name, request.method.empty() ? "_OTHER" : request.method);
  if (request.method == "tools/call") list.add(attribute::operation_name, operation::execute_tool);
  list.add_if(attribute::tool_name, request.tool_name);
  list.add_if(attribute::prompt_name, request.prompt_name);
  list.add_if(attribute::mcp_resource_uri, request.resource_uri);
  list.add_if(attribute::jsonrpc_request_id, request.request_id);
  list.add_if(attribute::mcp_session_id, request.session_id);
  list.add_if(attribute::mcp_protocol_version, request.protocol_version);
  if (request.jsonrpc_version != "2.0") {
    list.add_if(attribute::jsonrpc_protocol_version, request.jsonrpc_version);
  }
  list.add_if(attribute::network_transport, request.network_transport);
  list.add_if(attribute::network_protocol_name, request.network_protocol_name);
  list.add_if(attribute::network_protocol_version, request.network_protocol_version);
  list.add_address(is_client ? attribute::server_address : attribute::client_address, request.peer_address,
                   is_client ? attribute::server_port : attribute::client_port, request.peer_port);
  return list;
}

detail::StartedOperation start(const McpRequest& request, bool is_client, const Parent& parent,
                               std::span<const SpanLink> links,
                               const Instrumentation& instrumentation) noexcept {
  const std::string_view method = request.method.empty() ? "_OTHER" : request.method;
  return detail::start_operation(
      {.type = is_client ? OperationType::mcp_client : OperationType::mcp_server,
       .target = request.tool_name.empty() ? request.prompt_name : request.tool_name,
       .kind = is_client ? SpanKind::client : SpanKind::server,
       .parent = parent,
       .attributes = attributes_of(request, is_client),
       .labels = {.operation_name = method,
                  .server_address = is_client ? request.peer_address : std::string_view(),
                  .server_port = request.peer_port,
                  .target_name = method,
                  .tool_name = request.tool_name},
       .links = links},
      instrumentation.state());
}

detail::StartedOperation start_at_server(const McpRequest& request, const Context& client,
                                         const Instrumentation& instrumentation) {
  const SpanContext around = current_span_context();
  const bool is_called_from_afar = client.span_context().is_valid();
  const SpanLink link{around};
  const std::span<const SpanLink> links(&link, is_called_from_afar && around.is_valid() ? 1 : 0);
  auto started =
      start(request, false, is_called_from_afar ? Parent(client) : Parent(), links, instrumentation);
  if (started.state != nullptr && !started.is_nested) started.state->context = client;
  return started;
}

}  // namespace

McpOperation::McpOperation(detail::StartedOperation started, const McpRequest& request)
    : Operation(std::move(started)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
  if (request.method == "prompts/get" && request.arguments.type() == AttributeValue::Type::map) {
    detail::record_prompt_variables(state(), request.arguments.as_map());
  } else if (request.arguments.type() != AttributeValue::Type::empty) {
    detail::record_value(state(), ContentKind::tool_arguments, attribute::tool_call_arguments,
                         request.arguments);
  }
}

void McpOperation::record_result(const AttributeValue& result) noexcept {
  detail::record_value(state(), ContentKind::tool_result, attribute::tool_call_result, result);
}

void McpOperation::set_error(std::int64_t code, std::string_view message) noexcept {
  if (state() == nullptr) return;
  std::array<char, 24> text{};
  const int size = std::snprintf(text.data(), text.size(), "%lld", static_cast<long long>(code));
  const std::string_view code_text(text.data(), static_cast<std::size_t>(size));
  const std::lock_guard lock(state()->mutex);
  state()->span.set_attribute(attribute::rpc_response_status_code, code_text);
  if (state()->type == OperationType::mcp_server && is_clients_fault(code)) return;
  detail::fail_operation(*state(), code_text, message);
}

void McpOperation::set_tool_error(std::string_view message) noexcept {
  if (state() == nullptr) return;
  const std::lock_guard lock(state()->mutex);
  detail::fail_operation(*state(), "tool_error", message);
}

McpClientRequest::McpClientRequest(const McpRequest& request, const Parent& parent,
                                   const Instrumentation& instrumentation)
    : McpOperation(start(request, true, parent, {}, instrumentation), request) {}

McpServerRequest::McpServerRequest(const McpRequest& request, const Context& client,
                                   const Instrumentation& instrumentation)
    : McpOperation(start_at_server(request, client, instrumentation), request) {}

const TextMapPropagator& mcp_propagator() noexcept {
  static const TextMapPropagator* const propagator = [] {
    const std::array<std::string, 2> names = {"tracecontext", "baggage"};
    return make_propagator(names)->release();  // outlives every static destructor
  }();
  return *propagator;
}

}  // namespace sonde::genai
