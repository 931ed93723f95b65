#include "sonde/genai/retrieval.hpp"

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

detail::StartedOperation start(const RetrievalRequest& request,
                               const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<8> list;
  list.add(attribute::operation_name, operation::retrieval);
  list.add_if(attribute::data_source_id, request.data_source_id);
  list.add_if(attribute::provider_name, request.provider);
  list.add_if(attribute::request_model, request.model);
  list.add_address(attribute::server_address, request.server_address, attribute::server_port,
                   request.server_port);
  list.add_if(attribute::retrieval_top_k, request.top_k);
  return detail::start_operation({.type = detail::OperationType::retrieval,
                                  .target = request.data_source_id,
                                  .kind = SpanKind::client,
                                  .parent = request.parent,
                                  .attributes = list,
                                  .labels = {.operation_name = operation::retrieval,
                                             .provider = request.provider,
                                             .request_model = request.model,
                                             .server_address = request.server_address,
                                             .server_port = request.server_port}},
                                 instrumentation.state());
}

}  // namespace

Retrieval::Retrieval(const RetrievalRequest& request, const Instrumentation& instrumentation)
    : Operation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
  if (!request.query.empty()) {
    detail::record_value(state(), ContentKind::retrieval_query, attribute::retrieval_query_text,
                         request.query);
  }
}

void Retrieval::record_documents(std::span<const RetrievedDocument> documents) noexcept {
  detail::record_encoded(state(), attribute::retrieval_documents,
                         [&](detail::ContentEncoder& encoder) { return encoder.documents(documents); });
}

}  // namespace sonde::genai
