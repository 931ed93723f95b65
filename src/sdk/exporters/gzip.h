#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sonde::sdk {

/// Compresses to gzip (RFC 1952), one text after the other, with zlib's quarter of a megabyte of state kept
/// in between. Not thread-safe.
class GzipCompressor {
 public:
  GzipCompressor();
  ~GzipCompressor();
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  /// Appends the compressed `text` to `out`; false, and `out` as it was, if zlib has no memory for it.
  [[nodiscard]] bool append(std::string_view text, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde::sdk
