#include "sonde/genai/instrumentation.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "genai/instrumentation_state.h"
#include "sdk/diagnostics.h"
#include "sonde/logger_provider.hpp"
#include "sonde/tracer_provider.hpp"
#include "sonde/version.hpp"

namespace sonde::genai {
namespace {

constexpr const char* capture_variable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
constexpr const char* profiles_variable = "SONDE_GENAI_PROFILES";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : lower(value);
}

/// The four modes, and the boolean that older instrumentations take.
ContentCapture capture_from_environment() {
  constexpr std::array<std::pair<std::string_view, ContentCapture>, 6> modes = {
      {{"no_content", ContentCapture::none},
       {"span_only", ContentCapture::span},
       {"event_only", ContentCapture::event},
       {"span_and_event", ContentCapture::span_and_event},
       {"true", ContentCapture::span},
       {"false", ContentCapture::none}}};
  const std::string value = environment(capture_variable);
  if (value.empty()) return ContentCapture::none;
  const auto* const found =
      std::find_if(modes.begin(), modes.end(), [&](const auto& mode) { return mode.first == value; });
  if (found != modes.end()) return found->second;
  sonde::detail::diagnose(std::string(capture_variable) + " is '" + value +
                          "'; it may be NO_CONTENT, SPAN_ONLY, EVENT_ONLY or SPAN_AND_EVENT, and no content "
                          "is recorded");
  return ContentCapture::none;
}

Profiles profiles_from_environment() {
  std::string value = environment(profiles_variable);
  if (value.empty()) return {};
  Profiles profiles{.newest = false};
  for (std::string_view rest = value; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (name == "newest")
      profiles.newest = true;
    else if (name == "v1.41")
      profiles.v1_41 = true;
    else if (name == "lesson")
      profiles.lesson = true;
    else
      sonde::detail::diagnose(std::string(profiles_variable) + " names the profile '" + std::string(name) +
                              "'; there are newest, v1.41 and lesson");
  }
  return profiles;
}

InstrumentationOptions completed(InstrumentationOptions options) {
  if (!options.capture) options.capture = capture_from_environment();
  if (!options.profiles) options.profiles = profiles_from_environment();
  return options;
}

}  // namespace

Instrumentation::State::State(InstrumentationOptions given)
    : options(completed(std::move(given))),
      tracer(get_tracer("sonde.genai", version)),
      logger(get_logger("sonde.genai", version)),
      metrics(*options.profiles) {
  const std::string signal = environment("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN");
  exceptions_as_events = signal == "logs" || signal == "logs/dup";
  exceptions_on_spans = signal != "logs";
}

Instrumentation::Instrumentation(InstrumentationOptions options)
    : state_(std::make_shared<const State>(std::move(options))) {}

Instrumentation::~Instrumentation() = default;

Instrumentation& Instrumentation::mutable_global() {
  static auto* const instance = new Instrumentation({});  // outlives every static destructor
  return *instance;
}

const Instrumentation& Instrumentation::global() { return mutable_global(); }

void Instrumentation::configure(InstrumentationOptions options) {
  auto state = std::make_shared<const State>(std::move(options));
  Instrumentation& instance = mutable_global();
  const std::lock_guard lock(instance.mutex_);
  instance.state_.swap(state);
}

std::shared_ptr<const Instrumentation::State> Instrumentation::state() const noexcept {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Instrumentation::captures_content() const noexcept {
  const auto now = state();
  return *now->options.capture != ContentCapture::none || now->options.uploader != nullptr;
}

}  // namespace sonde::genai
