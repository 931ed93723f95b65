#include <atomic>
#include <mutex>

#include "sdk/diagnostics.h"
#include "sdk/request_builder.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {

class SimpleSpanProcessor::State {
 public:
  explicit State(std::unique_ptr<SpanExporter> exporter) : exporter_(std::move(exporter)) {}

  void on_end(const FinishedSpan& span) noexcept {
    try {
      const std::lock_guard lock(mutex_);
      if (is_shut_down_) return;
      builder_.add(span.core(), span.otlp());
      constexpr std::chrono::seconds export_timeout{30};
      const ExportResult result = exporter_->export_batch(SpanBatch(builder_.finish(), 1),
                                                          std::chrono::steady_clock::now() + export_timeout);
      if (!result.delivered || result.rejected != 0)
        detail::diagnose("export lost a span: " + result.message);
    } catch (const std::bad_alloc&) {
      return;  // the span is lost; the application goes on
    }
  }

  void shutdown() noexcept {
    exporter_->cancel();
    const std::lock_guard lock(mutex_);
    is_shut_down_ = true;
  }

 private:
  const std::unique_ptr<SpanExporter> exporter_;
  std::mutex mutex_;
  detail::RequestBuilder builder_;
  bool is_shut_down_ = false;
};

SimpleSpanProcessor::SimpleSpanProcessor(std::unique_ptr<SpanExporter> exporter)
    : state_(std::make_unique<State>(std::move(exporter))) {}

SimpleSpanProcessor::~SimpleSpanProcessor() = default;

void SimpleSpanProcessor::on_end(const FinishedSpan& span) noexcept {
  if (span.is_sampled()) state_->on_end(span);
}

bool SimpleSpanProcessor::force_flush(Deadline /*deadline*/) noexcept { return true; }

bool SimpleSpanProcessor::shutdown(Deadline /*deadline*/) noexcept {
  state_->shutdown();
  return true;
}

}  // namespace sonde
