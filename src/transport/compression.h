#pragma once

// Decompression of what comes from outside: the result is bounded, so a small body cannot fill the memory.

#include <cstddef>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"

namespace sonde::transport {

/// Undoes one HTTP content coding (RFC 9110 section 8.4.1): gzip (x-gzip), deflate (zlib's format, or raw as
/// some clients send it), zstd; empty and identity give the body back. Concatenated gzip members or zstd
/// frames are one body. Fails with unimplemented (another coding), resource_exhausted (longer than
/// `max_bytes` once decompressed) or invalid_argument (damaged or cut off). Memory beyond the result: the
/// coding's window, at most 128 MiB for zstd, of which no more is touched than the result is long.
[[nodiscard]] Expected<std::string> decompress(std::string_view content_coding, std::string body,
                                               std::size_t max_bytes);

}  // namespace sonde::transport
