#include "sdk/batch_worker.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {
namespace {

constexpr detail::ItemNames span_names = {.items = "spans", .queue_size_variable = "OTEL_BSP_MAX_QUEUE_SIZE"};

}  // namespace

BatchSpanProcessor::BatchSpanProcessor(std::unique_ptr<SpanExporter> exporter, const BatchOptions& options)
    : worker_(std::make_unique<detail::BatchWorker>(detail::make_sink(std::move(exporter)), options,
                                                    span_names, "batching_span_processor")) {}

BatchSpanProcessor::~BatchSpanProcessor() = default;

void BatchSpanProcessor::on_end(const FinishedSpan& span) noexcept {
  if (span.is_sampled()) worker_->add(span.core(), span.otlp());
}
bool BatchSpanProcessor::force_flush(Deadline deadline) noexcept { return worker_->force_flush(deadline); }
bool BatchSpanProcessor::shutdown(Deadline deadline) noexcept { return worker_->shutdown(deadline); }
ProcessorStatistics BatchSpanProcessor::statistics() const noexcept { return worker_->statistics(); }
std::string_view BatchSpanProcessor::component_name() const noexcept { return worker_->component_name(); }

}  // namespace sonde
