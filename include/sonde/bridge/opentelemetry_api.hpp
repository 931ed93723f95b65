#pragma once

// For libraries that are instrumented with opentelemetry-cpp's API: puts Sonde behind it, so that what they
// record is recorded by Sonde, in one trace with the program's own spans. In main(), beside setup():
//
//     auto telemetry = sonde::setup({.service_name = "my-llm-app"});
//     sonde::bridge::install_opentelemetry_api();
//
// The program needs their headers (1.19 or later), not their SDK. Their spans may be used by several threads
// at once, as their API promises, at the price of a lock for each call.
//
// Source: specification trace/api.md; opentelemetry/trace/{tracer_provider,tracer,span}.h.

#include <opentelemetry/trace/context.h>
#include <opentelemetry/trace/provider.h>
#include <opentelemetry/trace/tracer.h>
#include <opentelemetry/trace/tracer_provider.h>

#include <chrono>
#include <cstdint>
#include <forward_list>
#include <mutex>
#include <utility>
#include <vector>

#include "sonde/bridge/opentelemetry_context.hpp"
#include "sonde/bridge/opentelemetry_span.hpp"
#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/span.hpp"
#include "sonde/tracer.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::bridge {

/// A Sonde span that their handle owns. Thread-safe.
class OwnedSpan final : public SpanInterface<OwnedSpan> {
 public:
  OwnedSpan(sonde::Span span, const opentelemetry::trace::StartSpanOptions& options)
      : span_(std::move(span)),
        context_(to_opentelemetry(span_.context())),
        start_(options.start_system_time),
        steady_start_(options.start_steady_time) {}

  void End(const opentelemetry::trace::EndSpanOptions& options) noexcept override {
    record([&](sonde::Span& span) { span.end(end_time(options.end_steady_time)); });
  }
  [[nodiscard]] opentelemetry::trace::SpanContext GetContext() const noexcept override { return context_; }

  template <class Write>
  void with_span(const Write& write) const {
    const std::lock_guard lock(mutex_);
    write(span_);
  }

 private:
  /// They give the end by the steady clock only. It counts from the start if that was given by both clocks,
  /// and else from now. Nanoseconds since the Unix epoch; 0: now.
  [[nodiscard]] std::uint64_t end_time(opentelemetry::common::SteadyTimestamp end) const noexcept {
    using std::chrono::nanoseconds;
    if (end.time_since_epoch() == nanoseconds::zero()) return 0;
    nanoseconds start = start_.time_since_epoch();
    nanoseconds steady_start = steady_start_.time_since_epoch();
    if (start == nanoseconds::zero() || steady_start == nanoseconds::zero()) {
      start = std::chrono::system_clock::now().time_since_epoch();
      steady_start = std::chrono::steady_clock::now().time_since_epoch();
    }
    return static_cast<std::uint64_t>((start + (end.time_since_epoch() - steady_start)).count());
  }

  mutable std::mutex mutex_;
  mutable sonde::Span span_;  ///< Guarded by the lock.
  const opentelemetry::trace::SpanContext context_;
  const opentelemetry::common::SystemTimestamp start_;
  const opentelemetry::common::SteadyTimestamp steady_start_;
};

/// Their links as ours; views of theirs.
class ConvertedLinks {
 public:
  explicit ConvertedLinks(const opentelemetry::trace::SpanContextKeyValueIterable& links) {
    links.ForEachKeyValue([this](const opentelemetry::trace::SpanContext& context,
                                 const opentelemetry::common::KeyValueIterable& attributes) noexcept {
      try {
        list_.push_back({to_sonde(context), attributes_.emplace_front(attributes)});
      } catch (...) {
        return false;
      }
      return true;
    });
  }

  [[nodiscard]] std::span<const SpanLink> list() const noexcept { return list_; }

 private:
  std::forward_list<ConvertedAttributes> attributes_;
  std::vector<SpanLink> list_;
};

class ApiTracer final : public opentelemetry::trace::Tracer {
 public:
  explicit ApiTracer(sonde::Tracer tracer) noexcept : tracer_(tracer) {}

  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span> StartSpan(
      opentelemetry::nostd::string_view name, const opentelemetry::common::KeyValueIterable& attributes,
      const opentelemetry::trace::SpanContextKeyValueIterable& links,
      const opentelemetry::trace::StartSpanOptions& options) noexcept override {
    try {
      return opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>(
          new OwnedSpan(start(name, attributes, links, options), options));
    } catch (...) {
      return invalid_span();
    }
  }

#if OPENTELEMETRY_ABI_VERSION_NO < 2
  // Exporting is the business of whoever set Sonde up, as ABI version 2 has it, too.
  void ForceFlushWithMicroseconds(std::uint64_t /*timeout*/) noexcept override {}
  void CloseWithMicroseconds(std::uint64_t /*timeout*/) noexcept override {}
#endif

  /// What is given out when there is no memory for a span.
  [[nodiscard]] static const opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>& invalid_span() {
    static const auto* const span = new opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>(
        new opentelemetry::trace::DefaultSpan(opentelemetry::trace::SpanContext::GetInvalid()));
    return *span;
  }

 private:
  [[nodiscard]] sonde::Span start(opentelemetry::nostd::string_view name,
                                  const opentelemetry::common::KeyValueIterable& attributes,
                                  const opentelemetry::trace::SpanContextKeyValueIterable& links,
                                  const opentelemetry::trace::StartSpanOptions& options) const {
    const ConvertedAttributes converted_attributes(attributes);
    const ConvertedLinks converted_links(links);
    const SpanContext given = given_parent(options);
    SpanOptions ours{.kind = to_sonde(options.kind),
                     .attributes = converted_attributes,
                     .links = converted_links.list(),
                     .start_time = to_sonde(options.start_system_time)};
    if (given.is_valid()) {
      ours.parent = given;
    } else if (const auto* const context =
                   opentelemetry::nostd::get_if<opentelemetry::context::Context>(&options.parent);
               context != nullptr && opentelemetry::trace::IsRootSpan(*context)) {
      ours.parent = Parent::none();
    }
    return tracer_.start_span(to_sonde(name), ours);
  }

  /// The parent in the options, or the invalid context.
  [[nodiscard]] static SpanContext given_parent(const opentelemetry::trace::StartSpanOptions& options) {
    if (const auto* const parent =
            opentelemetry::nostd::get_if<opentelemetry::trace::SpanContext>(&options.parent)) {
      return to_sonde(*parent);
    }
    const auto span =
        detail::span_of(opentelemetry::nostd::get<opentelemetry::context::Context>(options.parent));
    return span == nullptr ? SpanContext() : to_sonde(span->GetContext());
  }

  sonde::Tracer tracer_;
};

/// Gives out tracers of Sonde's global provider, whichever that is and becomes.
class ApiTracerProvider final : public opentelemetry::trace::TracerProvider {
 public:
#if OPENTELEMETRY_ABI_VERSION_NO >= 2
  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> GetTracer(
      opentelemetry::nostd::string_view name, opentelemetry::nostd::string_view version,
      opentelemetry::nostd::string_view schema_url,
      const opentelemetry::common::KeyValueIterable* attributes) noexcept override {
    return make(name, version, schema_url, attributes);
  }
#else
  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> GetTracer(
      opentelemetry::nostd::string_view name, opentelemetry::nostd::string_view version,
      opentelemetry::nostd::string_view schema_url) noexcept override {
    return make(name, version, schema_url, nullptr);
  }
#endif

 private:
  static opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> make(
      opentelemetry::nostd::string_view name, opentelemetry::nostd::string_view version,
      opentelemetry::nostd::string_view schema_url,
      const opentelemetry::common::KeyValueIterable* attributes) noexcept {
    try {
      const opentelemetry::common::NoopKeyValueIterable none;
      const ConvertedAttributes converted(attributes == nullptr ? none : *attributes);
      return opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer>(
          new ApiTracer(get_tracer(to_sonde(name), to_sonde(version), to_sonde(schema_url), converted)));
    } catch (...) {
      static const auto* const nothing = new opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer>(
          new opentelemetry::trace::NoopTracer);
      return *nothing;
    }
  }
};

/// Makes everything that uses opentelemetry-cpp's API record through Sonde's global provider, and the current
/// span the same for both. Once, before either starts spans; tracers that their libraries got before stay
/// without effect. Their API's globals are one for each copy of them: a shared library that hides them needs
/// a call of its own.
inline void install_opentelemetry_api() {
  share_current_context();
  opentelemetry::trace::Provider::SetTracerProvider(
      opentelemetry::nostd::shared_ptr<opentelemetry::trace::TracerProvider>(new ApiTracerProvider));
}

}  // namespace sonde::bridge
