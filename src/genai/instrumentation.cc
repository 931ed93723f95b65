#include "sonde/genai/instrumentation.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "genai/environment_uploader.h"
#include "genai/instrumentation_state.h"
#include "sdk/configuration/environment.h"
#include "sdk/diagnostics.h"
#include "sonde/logger_provider.hpp"
#include "sonde/tracer_provider.hpp"
#include "sonde/version.hpp"

namespace sonde::genai {
namespace {

using sonde::detail::variable;
using Problems = std::vector<std::string>;

/// The four modes, and the boolean that older instrumentations take.
ContentCapture capture_from_environment(Problems& problems) {
  const std::string_view mode =
      environment_choice(variable("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"), problems)
          .value_or("NO_CONTENT");
  if (mode == "SPAN_ONLY" || mode == "true") return ContentCapture::span;
  if (mode == "EVENT_ONLY") return ContentCapture::event;
  return mode == "SPAN_AND_EVENT" ? ContentCapture::span_and_event : ContentCapture::none;
}

Profiles profiles_from_environment(Problems& problems) {
  const auto names = environment_list(variable("SONDE_GENAI_PROFILES"), problems);
  if (names.empty()) return {};
  const auto has = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  return {.newest = has("newest"), .v1_41 = has("v1.41"), .lesson = has("lesson")};
}

InstrumentationOptions completed(InstrumentationOptions options) {
  Problems problems;
  if (!options.capture) options.capture = capture_from_environment(problems);
  if (!options.profiles) options.profiles = profiles_from_environment(problems);
  if (options.uploader == nullptr) options.uploader = detail::environment_uploader(problems);
  for (std::string& problem : problems) sonde::detail::diagnose(std::move(problem));
  return options;
}

}  // namespace

Instrumentation::State::State(InstrumentationOptions given)
    : options(completed(std::move(given))),
      tracer(get_tracer("sonde.genai", version())),
      logger(get_logger("sonde.genai", version())),
      metrics(*options.profiles) {
  Problems ignored;  // other values are for what other instrumentations emit
  const auto signal = environment_choice(variable("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN"), ignored);
  exceptions_as_events = signal.has_value();
  exceptions_on_spans = signal != "logs";
}

struct Instrumentation::Configured {
  std::shared_ptr<const State> state;
  const Configured* before;
};

Instrumentation::Instrumentation(InstrumentationOptions options) { add(std::move(options)); }

Instrumentation::~Instrumentation() {
  const Configured* last = last_.load(std::memory_order_acquire);
  while (last != nullptr) delete std::exchange(last, last->before);
}

Instrumentation& Instrumentation::mutable_global() {
  // Not a local static, whose guard a fork may leave shut; making one takes locks, so none is held meanwhile.
  static constinit std::atomic<Instrumentation*> instance{nullptr};  // never destroyed
  Instrumentation* found = instance.load(std::memory_order_acquire);
  if (found != nullptr) return *found;
  auto made = std::make_unique<Instrumentation>(InstrumentationOptions());
  if (!instance.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) return *found;
  return *made.release();
}

const Instrumentation& Instrumentation::global() { return mutable_global(); }

void Instrumentation::configure(InstrumentationOptions options) { mutable_global().add(std::move(options)); }

void Instrumentation::add(InstrumentationOptions options) {
  auto made = std::make_unique<Configured>(
      Configured{std::make_shared<const State>(std::move(options)), last_.load(std::memory_order_relaxed)});
  while (!last_.compare_exchange_weak(made->before, made.get(), std::memory_order_acq_rel)) {
  }
  static_cast<void>(made.release());
}

std::shared_ptr<const Instrumentation::State> Instrumentation::state() const noexcept {
  return last_.load(std::memory_order_acquire)->state;
}

bool Instrumentation::captures_content() const noexcept {
  const InstrumentationOptions& options = last_.load(std::memory_order_acquire)->state->options;
  return *options.capture != ContentCapture::none || options.uploader != nullptr;
}

}  // namespace sonde::genai
