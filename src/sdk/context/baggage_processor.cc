#include "sonde/baggage_processor.hpp"

#include <algorithm>
#include <utility>

#include "sonde/baggage.hpp"

namespace sonde {

std::vector<std::string> request_keys() { return {"request_id", "user.id", "session.id"}; }

BaggageSpanProcessor::BaggageSpanProcessor(std::vector<std::string> keys)
    : predicate_([keys = std::move(keys)](std::string_view key) {
        return std::ranges::find(keys, key) != keys.end();
      }) {}

BaggageSpanProcessor::BaggageSpanProcessor(BaggageKeyPredicate predicate)
    : predicate_(std::move(predicate)) {}

void BaggageSpanProcessor::on_start(RecordingSpan& span, const Parent& parent) noexcept {
  for (const BaggageEntry& entry : parent.baggage()) {
    if (predicate_(entry.key)) span.set_attribute(entry.key, entry.value);
  }
}

}  // namespace sonde
