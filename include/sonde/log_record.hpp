#pragma once

// What a program logs: a severity, a body, attributes, and the span it happened in. A log record with an
// event name is an event, whose name says which attributes and what kind of body to expect.
//
// Source: specification logs/data-model.md.

#include <cstdint>
#include <exception>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/severity.hpp"
#include "sonde/tracer.hpp"

namespace sonde {

/// All of it is views, which need live only until the record has been emitted.
struct LogRecord {
  Severity severity = Severity::unspecified;
  std::string_view severity_text = {};  ///< The severity as its source calls it.
  AttributeValue body = {};             ///< Of any type: text, or something nested.
  std::string_view event_name = {};
  Attributes attributes = {};
  /// Adds exception.type and exception.message, unless attributes of those names are given.
  const std::exception* exception = nullptr;
  std::uint64_t time = 0;           ///< When it happened, in nanoseconds since the Unix epoch; 0: not known.
  std::uint64_t observed_time = 0;  ///< When it was seen; 0 means now.
  Parent context = {};  ///< The span it belongs to; unless told otherwise, the thread's current one.
};

}  // namespace sonde
