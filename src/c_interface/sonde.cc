// The C interface: texts into views, JSON into attribute values, and no exception beyond it.

#include "sonde/c/sonde.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "genai/json_values.h"
#include "sonde/genai/framework_span_handler.hpp"
#include "sonde/setup.hpp"

struct sonde_telemetry {
  sonde::Telemetry telemetry;
};

struct sonde_framework {
  sonde::genai::FrameworkSpanHandler handler;
};

namespace {

using sonde::AttributeValue;
using sonde::genai::FrameworkSpanHandlerOptions;
using std::chrono::milliseconds;

/// Far more than any process lives, and no overflow in nanoseconds.
constexpr std::uint64_t longest_age = 10ULL * 365 * 24 * 3600 * 1000;

std::string_view view(const char* text) noexcept { return text == nullptr ? std::string_view() : text; }

/// The value of a JSON text, and what it points at.
class JsonValue {
 public:
  explicit JsonValue(const char* text) {
    if (!view(text).empty()) value_ = sonde::genai::detail::parse_json(text, store_);
  }
  [[nodiscard]] const AttributeValue& value() const noexcept { return value_; }
  /// Its members; none if it is no object.
  [[nodiscard]] sonde::Attributes members() const noexcept {
    return value_.type() == AttributeValue::Type::map ? sonde::Attributes(value_.as_map())
                                                      : sonde::Attributes();
  }

 private:
  sonde::genai::ValueStore store_;
  AttributeValue value_;
};

/// What call() answers, or `otherwise` if there is no memory for it, or anything else is thrown: the caller
/// has no way to catch it.
template <class Answer, class Call>
Answer guarded(Answer otherwise, Call call) noexcept {
  try {
    return call();
  } catch (...) {
    return otherwise;
  }
}

template <class Call>
void guarded(Call call) noexcept {
  try {
    call();
  } catch (...) {
    return;
  }
}

}  // namespace

uint32_t sonde_abi_version(void) { return SONDE_ABI_VERSION; }

sonde_telemetry* sonde_setup(const char* service_name, const char* endpoint) {
  return guarded<sonde_telemetry*>(nullptr, [&] {
    sonde::SetupOptions options{.service_name = std::string(view(service_name))};
    if (!view(endpoint).empty()) options.endpoint = std::string(view(endpoint));
    return new sonde_telemetry{sonde::setup(std::move(options))};
  });
}

int sonde_telemetry_flush(sonde_telemetry* telemetry, uint32_t timeout_milliseconds) {
  return telemetry != nullptr && telemetry->telemetry.force_flush(milliseconds(timeout_milliseconds)) ? 1 : 0;
}

int sonde_telemetry_shutdown(sonde_telemetry* telemetry, uint32_t timeout_milliseconds) {
  return telemetry != nullptr && telemetry->telemetry.shutdown(milliseconds(timeout_milliseconds)) ? 1 : 0;
}

void sonde_telemetry_free(sonde_telemetry* telemetry) { delete telemetry; }

sonde_framework* sonde_framework_new(const char* name, size_t max_open_spans, uint64_t max_age_milliseconds) {
  return guarded<sonde_framework*>(nullptr, [&] {
    FrameworkSpanHandlerOptions options{.framework = view(name)};
    if (max_open_spans != 0) options.max_open_spans = max_open_spans;
    if (max_age_milliseconds != 0)
      options.max_age = milliseconds(std::min(max_age_milliseconds, longest_age));
    return new sonde_framework{sonde::genai::FrameworkSpanHandler(options)};
  });
}

void sonde_framework_free(sonde_framework* framework) { delete framework; }

// NOLINTNEXTLINE(readability-function-size): C has no other way for arguments that are mostly optional.
void sonde_span_enter(sonde_framework* framework, const char* id, const char* component, const char* method,
                      const char* name, const char* bound_arguments, const char* parent_id) {
  if (framework == nullptr) return;
  guarded([&] {
    const JsonValue arguments(bound_arguments);
    framework->handler.span_enter(view(id),
                                  {.component = view(component),
                                   .method = view(method),
                                   .name = view(name),
                                   .bound_arguments = arguments.members()},
                                  view(parent_id));
  });
}

void sonde_span_chunk(sonde_framework* framework, const char* id) {
  if (framework != nullptr) framework->handler.on_chunk(view(id));
}

void sonde_span_exit(sonde_framework* framework, const char* id, const char* result) {
  if (framework == nullptr) return;
  guarded([&] { framework->handler.span_exit(view(id), JsonValue(result).value()); });
}

void sonde_span_drop(sonde_framework* framework, const char* id, const char* error_type,
                     const char* message) {
  if (framework == nullptr) return;
  framework->handler.span_drop(view(id), view(error_type), view(message));
}

void sonde_span_event(sonde_framework* framework, const char* id, const char* name, const char* attributes) {
  if (framework == nullptr) return;
  guarded([&] { framework->handler.event(view(id), view(name), JsonValue(attributes).members()); });
}

int sonde_span_traceparent(sonde_framework* framework, const char* id,
                           char traceparent[SONDE_TRACEPARENT_SIZE]) {
  if (traceparent == nullptr) return 0;
  traceparent[0] = '\0';
  if (framework == nullptr) return 0;
  return guarded(0, [&] {
    const std::string text = sonde::traceparent(framework->handler.context(view(id)));
    if (text.empty() || text.size() >= SONDE_TRACEPARENT_SIZE) return 0;
    *std::copy(text.begin(), text.end(), traceparent) = '\0';
    return 1;
  });
}

size_t sonde_open_spans(sonde_framework* framework) {
  return framework == nullptr ? 0 : framework->handler.open_spans();
}
