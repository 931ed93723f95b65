#pragma once

// Everything a program needs to record spans: tracers, what is current, and baggage. Kept cheap to include,
// for it is included everywhere; main() also includes setup.hpp, which configures the SDK, and metrics and
// logs have meter.hpp and logger.hpp.

#include "sonde/attribute.hpp"     // IWYU pragma: export
#include "sonde/baggage.hpp"       // IWYU pragma: export
#include "sonde/context.hpp"       // IWYU pragma: export
#include "sonde/span.hpp"          // IWYU pragma: export
#include "sonde/span_context.hpp"  // IWYU pragma: export
#include "sonde/tracer.hpp"        // IWYU pragma: export
#include "sonde/version.hpp"       // IWYU pragma: export
