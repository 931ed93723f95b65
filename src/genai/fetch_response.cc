#include "sonde/genai/fetch_response.hpp"

#include "genai/attribute_list.h"
#include "genai/operation_state.h"

namespace sonde::genai {
namespace {

detail::StartedOperation start(const FetchResponseRequest& request,
                               const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<6> list;
  list.add(attribute::operation_name, operation::fetch_response);
  list.add(attribute::provider_name, request.provider.empty() ? "_OTHER" : request.provider);
  list.add(attribute::response_id, request.response_id);
  list.add_if(attribute::request_stream_cursor, request.stream_cursor);
  list.add_address(attribute::server_address, request.server_address, attribute::server_port,
                   request.server_port);
  return detail::start_operation({.type = detail::OperationType::fetch_response,
                                  .target = {},
                                  .kind = SpanKind::client,
                                  .parent = request.parent,
                                  .attributes = list,
                                  .labels = {.operation_name = operation::fetch_response,
                                             .provider = request.provider,
                                             .server_address = request.server_address,
                                             .server_port = request.server_port}},
                                 instrumentation.state());
}

}  // namespace

ResponseFetch::ResponseFetch(const FetchResponseRequest& request, const Instrumentation& instrumentation)
    : Operation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
}

void ResponseFetch::set_response(std::string_view model, std::string_view status,
                                 Strings finish_reasons) noexcept {
  detail::AttributeList<3> list;
  list.add_if(attribute::response_model, model);
  list.add_if(attribute::response_status, status);
  list.add_if(attribute::response_finish_reasons, finish_reasons);
  set_attributes(list);
}

}  // namespace sonde::genai
