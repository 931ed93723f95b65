#pragma once

// Everything a program needs to record traces and metrics.

#include "sonde/attribute.hpp"        // IWYU pragma: export
#include "sonde/baggage.hpp"          // IWYU pragma: export
#include "sonde/context.hpp"          // IWYU pragma: export
#include "sonde/meter_provider.hpp"   // IWYU pragma: export
#include "sonde/propagator.hpp"       // IWYU pragma: export
#include "sonde/setup.hpp"            // IWYU pragma: export
#include "sonde/span.hpp"             // IWYU pragma: export
#include "sonde/span_context.hpp"     // IWYU pragma: export
#include "sonde/tracer.hpp"           // IWYU pragma: export
#include "sonde/tracer_provider.hpp"  // IWYU pragma: export
#include "sonde/version.hpp"          // IWYU pragma: export
