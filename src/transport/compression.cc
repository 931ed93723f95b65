#include "transport/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "transport/http.h"

namespace sonde::transport {
namespace {

Error too_long(std::size_t max_bytes) {
  return {ErrorCode::resource_exhausted,
          "the body is longer than the limit of " + std::to_string(max_bytes) + " bytes once decompressed"};
}

Error damaged(std::string_view coding) {
  return {ErrorCode::invalid_argument, "the body is not valid " + std::string(coding) + ", or it is cut off"};
}

/// Makes room for more output, at most one byte over the limit: that byte is how "too long" shows.
void grow(std::string& out, std::size_t max_bytes) {
  constexpr std::size_t least = 16 * 1024;
  out.resize(std::min(std::max(least, out.size() * 2), max_bytes + 1));
}

/// A zlib stream for `window_bits` as inflateInit2 takes them.
class Inflater {
 public:
  explicit Inflater(int window_bits) : ready_(inflateInit2(&stream_, window_bits) == Z_OK) {}
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool is_ready() const { return ready_; }
  z_stream& operator*() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

Expected<std::string> inflate_all(std::string_view coding, std::string_view body, int window_bits,
                                  std::size_t max_bytes) {
  Inflater inflater(window_bits);
  if (!inflater.is_ready()) return Error{ErrorCode::internal, "zlib could not start: out of memory"};
  if (body.size() > std::numeric_limits<uInt>::max()) return too_long(max_bytes);
  z_stream& stream = *inflater;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib only reads it
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  std::size_t written = 0;
  for (;;) {
    if (written == out.size()) grow(out, max_bytes);
    const std::size_t room = std::min<std::size_t>(out.size() - written, std::numeric_limits<uInt>::max());
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    written += room - stream.avail_out;
    if (written > max_bytes) return too_long(max_bytes);
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return damaged(coding);  // another gzip member follows
    } else if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0)) {
      return damaged(coding);
    }
  }
  out.resize(written);
  return out;
}

/// Whether a deflate body has zlib's two bytes in front (RFC 1950): a multiple of 31 whose low bits say 8.
bool has_zlib_header(std::string_view body) {
  if (body.size() < 2) return false;
  const auto first = static_cast<unsigned char>(body[0]);
  const auto second = static_cast<unsigned char>(body[1]);
  return (first & 0x0F) == 8 && (first << 8 | second) % 31 == 0;
}

Expected<std::string> decompress_zstd(std::string_view body, std::size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (context == nullptr) return Error{ErrorCode::internal, "zstd could not start: out of memory"};
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string out;
  std::size_t written = 0;
  std::size_t wanted = 1;  // zero at the end of a frame
  while (in.pos < in.size || wanted != 0) {
    if (written == out.size()) grow(out, max_bytes);
    ZSTD_outBuffer output{out.data(), out.size(), written};
    const std::size_t read_before = in.pos;
    wanted = ZSTD_decompressStream(context.get(), &output, &in);
    if (ZSTD_isError(wanted) != 0) return damaged("zstd");
    const bool stuck = in.pos == read_before && output.pos == written;
    written = output.pos;
    if (written > max_bytes) return too_long(max_bytes);
    if (stuck && wanted != 0) return damaged("zstd");
  }
  out.resize(written);
  return out;
}

}  // namespace

Expected<std::string> decompress(std::string_view content_coding, std::string body, std::size_t max_bytes) {
  constexpr int gzip_window = 16 + MAX_WBITS;
  if (content_coding.empty() || same_field_name(content_coding, "identity")) return body;
  if (same_field_name(content_coding, "gzip") || same_field_name(content_coding, "x-gzip")) {
    return inflate_all("gzip", body, gzip_window, max_bytes);
  }
  if (same_field_name(content_coding, "deflate")) {
    return inflate_all("deflate", body, has_zlib_header(body) ? MAX_WBITS : -MAX_WBITS, max_bytes);
  }
  if (same_field_name(content_coding, "zstd")) return decompress_zstd(body, max_bytes);
  return Error{ErrorCode::unimplemented, "content coding '" + std::string(content_coding) +
                                             "' is not supported; send gzip, deflate, zstd or none"};
}

}  // namespace sonde::transport
