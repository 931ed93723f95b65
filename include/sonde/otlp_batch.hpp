#pragma once

// What leaves the SDK: batches that are complete OTLP requests already, of one resource each. The three
// signals' requests are built alike (resources, scopes, items), so one template serves them all; what differs
// is the view of an item.
//
// Source: opentelemetry-proto, collector/*/v1.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/wire_view.hpp"

namespace sonde {

using Deadline = std::chrono::steady_clock::time_point;

/// The library or component that recorded something. Views.
struct InstrumentationScope {
  std::string_view name = {};
  std::string_view version = {};
  std::string_view schema_url = {};
  detail::WireRange<AttributeView> attributes = {};
};

namespace detail {
/// A message as its bytes.
struct WireMessage {
  explicit WireMessage(std::string_view content) noexcept : bytes(content) {}
  std::string_view bytes;
};

/// The scope of a ScopeSpans, ScopeLogs or ScopeMetrics message.
[[nodiscard]] InstrumentationScope scope_of(std::string_view scope_items) noexcept;
}  // namespace detail

/// The bytes of an Export*ServiceRequest whose items are seen as `View`s. A view itself, valid during the
/// export call.
template <class View>
class OtlpBatch {
 public:
  OtlpBatch(std::string_view otlp_request, std::size_t size) noexcept
      : otlp_request_(otlp_request), size_(size) {}

  [[nodiscard]] std::string_view otlp_request() const noexcept { return otlp_request_; }
  /// How many items: spans, log records or metric data points.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls visit(InstrumentationScope, View) for every item.
  template <class Visit>
  void for_each(Visit visit) const {
    using Messages = detail::WireRange<detail::WireMessage>;
    for (const detail::WireMessage resource_items : Messages(otlp_request_, 1)) {
      for (const detail::WireMessage scope_items : Messages(resource_items.bytes, 2)) {
        const InstrumentationScope scope = detail::scope_of(scope_items.bytes);
        for (const View item : detail::WireRange<View>(scope_items.bytes, 2)) visit(scope, item);
      }
    }
  }

  /// The resource's attributes.
  [[nodiscard]] detail::WireRange<AttributeView> resource() const noexcept {
    std::string_view request = otlp_request_;
    std::string_view resource_items = detail::take_field(request).content;
    return {detail::find_field(resource_items, 1), 1};
  }

 private:
  std::string_view otlp_request_;
  std::size_t size_;
};

/// Why a batch was not delivered; decides whether parts of it are tried again.
enum class ExportFailure : std::uint8_t {
  unavailable,  ///< Not delivered in time, or cancelled.
  refused,      ///< Whatever the content: not permitted, say, or no such service.
  invalid,      ///< For its content; perhaps one item of many is to blame.
  too_large,    ///< For its size; smaller batches may pass.
};

/// What became of a batch.
struct ExportResult {
  bool delivered = true;       ///< False: the batch is lost, `message` says why.
  std::uint64_t rejected = 0;  ///< Of a delivered batch: items the receiver refused for good.
  std::string message = {};
  ExportFailure failure = ExportFailure::unavailable;  ///< Of a batch that was not delivered.
};

/// Sends, prints or keeps batches of one signal.
template <class Batch>
class Exporter {
 public:
  virtual ~Exporter() = default;

  /// Exports one batch; called from one thread at a time. May block and retry until `deadline`, not longer.
  [[nodiscard]] virtual ExportResult export_batch(const Batch& batch, Deadline deadline) noexcept = 0;

  /// Makes an export under way give up soon, and later ones fail at once. Thread-safe.
  virtual void cancel() noexcept {}

  /// What kind of exporter it is: what the semantic conventions have for otel.component.type, or a name of
  /// its own. Lives as long as the exporter.
  [[nodiscard]] virtual std::string_view component_type() const noexcept { return "custom_exporter"; }

  /// Called once in a forked child, before its first export. The parent may have been in the midst of one:
  /// connections belong to the parent, and locks may be held for good, so both are left as they are and
  /// replaced.
  virtual void after_fork() noexcept {}

 protected:
  Exporter() = default;
  Exporter(const Exporter&) = default;
  Exporter& operator=(const Exporter&) = default;
};

}  // namespace sonde
