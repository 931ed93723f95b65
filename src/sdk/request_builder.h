#pragma once

// Recorded items (spans, log records) into one OTLP request: a buffer a scope, filled by appending, with room
// before the items for what the request has in front of them. The request of one scope is that buffer; of
// several it is gathered from theirs. The buffers are kept from batch to batch.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/growing_bytes.h"
#include "sdk/scope_core.h"

namespace sonde::detail {

class RequestBuilder {
 public:
  /// Adds the encoded item `otlp`. All items of a batch must be of one resource. May run out of memory.
  void add(const ScopeCore& core, std::string_view otlp);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Bytes of the request as it stands, but for a few dozen of headers.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// The complete Export*ServiceRequest; a view that is valid until clear(), which must come next. May run
  /// out of memory.
  [[nodiscard]] std::string_view finish();

  /// Forgets what was added.
  void clear() noexcept;

 private:
  struct ScopeItems {
    const ScopeCore* core = nullptr;
    std::size_t headroom = 0;  ///< Bytes before the items.
    GrowingBytes bytes{std::numeric_limits<std::uint32_t>::max()};

    /// The fields `spans` of a ScopeSpans message, or their like.
    [[nodiscard]] std::string_view items() const noexcept { return bytes.bytes().substr(headroom); }
  };

  [[nodiscard]] ScopeItems& scope_items(const ScopeCore& core) {
    return last_ < used_scopes_ && scopes_[last_].core == &core ? scopes_[last_] : find_scope_items(core);
  }
  [[nodiscard]] ScopeItems& find_scope_items(const ScopeCore& core);
  [[nodiscard]] std::string_view finish_one();
  [[nodiscard]] std::string_view finish_many();

  std::vector<ScopeItems> scopes_;
  std::size_t used_scopes_ = 0;
  std::size_t last_ = 0;  ///< Used.
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::string request_;
};

}  // namespace sonde::detail
