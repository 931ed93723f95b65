#include "otlp/decoding.h"

#include <string>

namespace sonde::otlp {

void Malformed::prepend(std::string_view name, std::size_t index) {
  std::string before(name);
  if (index != no_index) before += '[' + std::to_string(index) + ']';
  if (!path.empty()) before += '.';
  path.insert(0, before);
}

void throw_too_deep() {
  throw Malformed{"has values nested deeper than " + std::to_string(max_value_depth) + " levels"};
}

void BoundedArena::throw_exhausted() {
  throw Malformed{"takes more than " + std::to_string(max_expansion) +
                  " times its size in memory: too many empty messages"};
}

template <class Item>
Decoded<Batch<Item>> BatchBuilder<Item>::finish() && {
  if (receipt_.rejected > 0) {
    receipt_.message = std::to_string(receipt_.rejected) + " of " +
                       std::to_string(receipt_.rejected + std::ssize(batch_->items)) +
                       " spans rejected; the first: " + receipt_.message;
  }
  if (id_faults_.others > 0) {
    if (!receipt_.message.empty()) receipt_.message += "; ";
    receipt_.message += std::to_string(id_faults_.others) +
                        " ids of links, log records or exemplars ignored: a traceId is 16 bytes, a spanId 8";
  }
  return {std::move(batch_), std::move(receipt_)};
}

template <class Item>
Error BatchBuilder<Item>::error(std::string_view format, Malformed malformed) const {
  prepend_position(malformed);
  std::string message = "the request is not valid OTLP ";
  message += format;
  message += ": ";
  if (!malformed.path.empty()) message += malformed.path + " ";
  message += malformed.reason;
  return {ErrorCode::invalid_argument, std::move(message)};
}

template <class Item>
std::string_view BatchBuilder<Item>::wrong_id(const Span& span) const {
  if (!id_faults_.own.empty()) return id_faults_.own;
  if (!span.trace_id.is_valid()) return "traceId";
  if (!span.span_id.is_valid()) return "spanId";
  return {};
}

template <class Item>
void BatchBuilder<Item>::refuse(std::string_view wrong_id_name) {
  if (receipt_.rejected++ == 0) {
    Malformed malformed{wrong_id_name == "traceId"  ? "must be 16 bytes, not all zero"
                        : wrong_id_name == "spanId" ? "must be 8 bytes, not all zero"
                                                    : "must be 8 bytes, or empty for a root span"};
    malformed.prepend(wrong_id_name, no_index);
    prepend_position(malformed);
    receipt_.message = malformed.path + " " + malformed.reason;
  }
  batch_->items.pop_back();
}

template <class Item>
void BatchBuilder<Item>::prepend_position(Malformed& malformed) const {
  constexpr EnclosingNames names = enclosing_names<Item>;
  if (level_ > 2) malformed.prepend(names.items, begun_[2] - 1);
  if (level_ > 1) malformed.prepend(names.scope_items, begun_[1] - 1);
  if (level_ > 0) malformed.prepend(names.resource_items, begun_[0] - 1);
}

template class BatchBuilder<Span>;
template class BatchBuilder<LogRecord>;
template class BatchBuilder<Metric>;

}  // namespace sonde::otlp
