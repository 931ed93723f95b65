#include "sdk/trace/span_record.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {

InstrumentationScope FinishedSpan::scope() const noexcept { return core_->scope(); }
const Resource& FinishedSpan::resource() const noexcept { return core_->resource->resource; }

SpanView RecordingSpan::view() const noexcept { return SpanView(record_->bytes()); }
bool RecordingSpan::is_sampled() const noexcept { return record_->is_sampled; }
InstrumentationScope RecordingSpan::scope() const noexcept { return record_->core->scope(); }
const Resource& RecordingSpan::resource() const noexcept { return record_->core->resource->resource; }

}  // namespace sonde
