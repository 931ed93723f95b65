#pragma once

// Recorded items (spans, log records) into one OTLP request: a buffer a scope, filled by appending, then
// gathered behind their lengths. The buffers are kept from batch to batch.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/scope_core.h"

namespace sonde::detail {

class RequestBuilder {
 public:
  /// Adds the encoded item `otlp`. All items of a batch must be of one resource.
  void add(const ScopeCore& core, std::string_view otlp);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Bytes of the request as it stands, but for a few dozen of headers.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// The complete Export*ServiceRequest; a view that is valid until the next call. Empties the builder.
  [[nodiscard]] std::string_view finish();

  /// Forgets what was added.
  void clear() noexcept;

 private:
  struct ScopeItems {
    const ScopeCore* core = nullptr;
    std::string records;  ///< The fields `spans` of a ScopeSpans message, or their like.
  };

  [[nodiscard]] ScopeItems& scope_items(const ScopeCore& core);

  std::vector<ScopeItems> scopes_;
  std::size_t used_scopes_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::string request_;
};

}  // namespace sonde::detail
