#include "sonde/in_memory_exporter.hpp"

#include <new>
#include <utility>

namespace sonde {
namespace {

class InMemoryExporter final : public SpanExporter {
 public:
  explicit InMemoryExporter(std::shared_ptr<InMemorySpans> spans) : spans_(std::move(spans)) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline /*deadline*/) noexcept override {
    try {
      batch.for_each([&](const InstrumentationScope&, const SpanView& span) { spans_->add(span.otlp()); });
      return {};
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }

 private:
  const std::shared_ptr<InMemorySpans> spans_;
};

}  // namespace

std::unique_ptr<SpanExporter> make_in_memory_exporter(std::shared_ptr<InMemorySpans> spans) {
  return std::make_unique<InMemoryExporter>(std::move(spans));
}

}  // namespace sonde
