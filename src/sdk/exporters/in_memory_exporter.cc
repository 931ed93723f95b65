#include "sonde/in_memory_exporter.hpp"

#include <new>
#include <utility>

namespace sonde {
namespace {

template <class View>
class InMemoryExporter final : public Exporter<OtlpBatch<View>> {
 public:
  explicit InMemoryExporter(std::shared_ptr<InMemoryItems<View>> items) : items_(std::move(items)) {}

  ExportResult export_batch(const OtlpBatch<View>& batch, Deadline /*deadline*/) noexcept override {
    try {
      batch.for_each([&](const InstrumentationScope&, const View& item) { items_->add(item.otlp()); });
      return {};
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }

 private:
  const std::shared_ptr<InMemoryItems<View>> items_;
};

}  // namespace

std::unique_ptr<SpanExporter> make_in_memory_exporter(std::shared_ptr<InMemorySpans> spans) {
  return std::make_unique<InMemoryExporter<SpanView>>(std::move(spans));
}

std::unique_ptr<LogRecordExporter> make_in_memory_exporter(std::shared_ptr<InMemoryLogRecords> log_records) {
  return std::make_unique<InMemoryExporter<LogRecordView>>(std::move(log_records));
}

}  // namespace sonde
