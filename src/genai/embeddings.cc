#include "sonde/genai/embeddings.hpp"

#include <new>

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

detail::StartedOperation start(const EmbeddingsRequest& request,
                               const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<8> list;
  list.add(attribute::operation_name, operation::embeddings);
  list.add(attribute::provider_name, request.provider.empty() ? "_OTHER" : request.provider);
  list.add_if(attribute::request_model, request.model);
  list.add_address(attribute::server_address, request.server_address, attribute::server_port,
                   request.server_port);
  list.add_if(attribute::embeddings_dimension_count, request.dimension_count);
  list.add_if(attribute::request_encoding_formats, request.encoding_formats);
  return detail::start_operation({.type = detail::OperationType::embeddings,
                                  .target = request.model,
                                  .kind = request.in_process ? SpanKind::internal : SpanKind::client,
                                  .parent = request.parent,
                                  .attributes = list,
                                  .labels = {.operation_name = operation::embeddings,
                                             .provider = request.provider,
                                             .request_model = request.model,
                                             .server_address = request.server_address,
                                             .server_port = request.server_port}},
                                 instrumentation.state());
}

}  // namespace

Embeddings::Embeddings(const EmbeddingsRequest& request, const Instrumentation& instrumentation)
    : Operation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
}

void Embeddings::set_response(std::string_view model, std::optional<std::int64_t> input_tokens,
                              std::optional<std::int64_t> dimension_count) noexcept {
  if (state() == nullptr) return;
  detail::OperationState& operation = *state();
  const std::lock_guard lock(operation.mutex);
  try {
    operation.labels.response_model = operation.texts.keep(model);
  } catch (const std::bad_alloc&) {
    operation.labels.response_model = {};
  }
  detail::AttributeList<2> list;
  list.add_if(attribute::response_model, model);
  list.add_if(attribute::embeddings_dimension_count, dimension_count);
  operation.span.set_attributes(list);
  detail::set_usage(operation, {.input_tokens = input_tokens});
}

}  // namespace sonde::genai
