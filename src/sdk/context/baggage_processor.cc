#include "sonde/baggage_processor.hpp"

#include <algorithm>
#include <utility>

#include "sonde/baggage.hpp"

namespace sonde {
namespace {

BaggageKeyPredicate is_one_of(std::vector<std::string> keys) {
  return
      [keys = std::move(keys)](std::string_view key) { return std::ranges::find(keys, key) != keys.end(); };
}

/// Copies the chosen entries; what the item says of itself stays.
void copy(const Baggage& baggage, const BaggageKeyPredicate& predicate, auto& item) noexcept {
  const auto has = [&](std::string_view key) {
    for (const AttributeView attribute : item.view().attributes()) {
      if (attribute.key() == key) return true;
    }
    return false;
  };
  for (const BaggageEntry& entry : baggage) {
    if (predicate(entry.key) && !has(entry.key)) item.set_attribute(entry.key, entry.value);
  }
}

}  // namespace

std::vector<std::string> request_keys() { return {"request_id", "user.id", "session.id"}; }

BaggageSpanProcessor::BaggageSpanProcessor(std::vector<std::string> keys)
    : BaggageSpanProcessor(is_one_of(std::move(keys))) {}

BaggageSpanProcessor::BaggageSpanProcessor(BaggageKeyPredicate predicate)
    : predicate_(std::move(predicate)) {}

void BaggageSpanProcessor::on_start(RecordingSpan& span, const Parent& parent) noexcept {
  copy(parent.baggage(), predicate_, span);
}

BaggageLogRecordProcessor::BaggageLogRecordProcessor(std::vector<std::string> keys)
    : BaggageLogRecordProcessor(is_one_of(std::move(keys))) {}

BaggageLogRecordProcessor::BaggageLogRecordProcessor(BaggageKeyPredicate predicate)
    : predicate_(std::move(predicate)) {}

void BaggageLogRecordProcessor::on_emit(EmittedLogRecord& record, const Parent& context) noexcept {
  copy(context.baggage(), predicate_, record);
}

}  // namespace sonde
