#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {

InstrumentationScope FinishedSpan::scope() const noexcept { return core_->scope(); }

}  // namespace sonde
