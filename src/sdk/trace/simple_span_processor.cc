#include "sdk/simple_worker.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {

SimpleSpanProcessor::SimpleSpanProcessor(std::unique_ptr<SpanExporter> exporter, std::string component_name)
    : worker_(std::make_unique<detail::SimpleWorker>(
          detail::make_sink(std::move(exporter)), std::move(component_name),
          detail::ItemNames{.items = "spans", .queue_size_variable = {}}, "simple_span_processor")) {}

SimpleSpanProcessor::~SimpleSpanProcessor() = default;

void SimpleSpanProcessor::on_end(const FinishedSpan& span) noexcept {
  if (span.is_sampled()) worker_->add(span.core(), span.otlp());
}
bool SimpleSpanProcessor::force_flush(Deadline deadline) noexcept { return worker_->force_flush(deadline); }
bool SimpleSpanProcessor::shutdown(Deadline deadline) noexcept { return worker_->shutdown(deadline); }
ProcessorStatistics SimpleSpanProcessor::statistics() const noexcept { return worker_->statistics(); }
std::string_view SimpleSpanProcessor::component_name() const noexcept { return worker_->component_name(); }

}  // namespace sonde
