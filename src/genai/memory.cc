#include "sonde/genai/memory.hpp"

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

detail::StartedOperation start(const MemoryRequest& request,
                               const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<4> list;
  list.add(attribute::operation_name, request.operation);
  list.add_if(attribute::provider_name, request.provider);
  list.add_if(attribute::memory_store_id, request.store_id);
  list.add_if(attribute::memory_record_id, request.record_id);
  return detail::start_operation(
      {.type = detail::OperationType::memory,
       .target = {},
       .kind = request.in_process ? SpanKind::internal : SpanKind::client,
       .parent = request.parent,
       .attributes = list,
       .labels = {.operation_name = request.operation, .provider = request.provider}},
      instrumentation.state());
}

}  // namespace

MemoryOperation::MemoryOperation(const MemoryRequest& request, const Instrumentation& instrumentation)
    : Operation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
  if (!request.query.empty()) {
    detail::record_value(state(), ContentKind::memory, attribute::memory_query_text, request.query);
  }
}

void MemoryOperation::set_record_count(std::int64_t count) noexcept {
  set_attribute(attribute::memory_record_count, count);
}

void MemoryOperation::record_records(std::span<const AttributeValue> records) noexcept {
  detail::record_value(state(), ContentKind::memory, attribute::memory_records,
                       AttributeValue::array(records));
}

}  // namespace sonde::genai
