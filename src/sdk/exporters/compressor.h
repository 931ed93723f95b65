#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sonde/otlp_exporter.hpp"

namespace sonde::sdk {

/// Compresses one text after the other, with the library's state of some hundred kilobytes kept in between.
/// Not thread-safe.
class Compressor {
 public:
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  virtual ~Compressor() = default;

  /// Appends the compressed `text` to `out`; false, and `out` as it was, if there is no memory for it.
  [[nodiscard]] virtual bool append(std::string_view text, std::string& out) = 0;
};

/// gzip (RFC 1952) or zstd (RFC 8878); null for none.
[[nodiscard]] std::unique_ptr<Compressor> make_compressor(OtlpCompression compression);

/// The name as content and message codings have it; empty for none.
[[nodiscard]] std::string_view coding_name(OtlpCompression compression) noexcept;

}  // namespace sonde::sdk
