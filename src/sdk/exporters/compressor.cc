#include "sdk/exporters/compressor.h"

#define ZLIB_CONST  // Input is const, as it should have been from the start.
#include <zlib.h>
#include <zstd.h>

#include <limits>

namespace sonde::sdk {
namespace {

// The fastest levels: on OTLP they give most of the gain at a fraction of the application's processor time.

class GzipCompressor final : public Compressor {
 public:
  GzipCompressor() {
    constexpr int window_bits = 15 + 16;  // The largest window; 16 asks for gzip's header.
    constexpr int memory_level = 8;
    usable_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, window_bits, memory_level,
                           Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipCompressor() override {
    if (usable_) deflateEnd(&stream_);
  }
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;

  bool append(std::string_view text, std::string& out) override {
    if (!usable_ || deflateReset(&stream_) != Z_OK) return false;
    const std::size_t before = out.size();
    const uLong bound = deflateBound(&stream_, text.size());
    constexpr uInt longest = std::numeric_limits<uInt>::max();
    if (text.size() > longest || bound > longest) return false;
    out.resize(before + bound);
    stream_.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(bound);
    const bool complete = deflate(&stream_, Z_FINISH) == Z_STREAM_END;
    out.resize(complete ? before + stream_.total_out : before);
    return complete;
  }

 private:
  z_stream stream_{};
  bool usable_ = false;
};

class ZstdCompressor final : public Compressor {
 public:
  bool append(std::string_view text, std::string& out) override {
    if (context_ == nullptr) return false;
    constexpr int level = 1;
    const std::size_t before = out.size();
    out.resize(before + ZSTD_compressBound(text.size()));
    const std::size_t size = ZSTD_compressCCtx(context_.get(), out.data() + before, out.size() - before,
                                               text.data(), text.size(), level);
    const bool complete = ZSTD_isError(size) == 0;
    out.resize(complete ? before + size : before);
    return complete;
  }

 private:
  struct Deleter {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Deleter> context_{ZSTD_createCCtx()};
};

}  // namespace

std::unique_ptr<Compressor> make_compressor(OtlpCompression compression) {
  switch (compression) {
    case OtlpCompression::gzip: return std::make_unique<GzipCompressor>();
    case OtlpCompression::zstd: return std::make_unique<ZstdCompressor>();
    default: return nullptr;
  }
}

std::string_view coding_name(OtlpCompression compression) noexcept {
  switch (compression) {
    case OtlpCompression::gzip: return "gzip";
    case OtlpCompression::zstd: return "zstd";
    default: return {};
  }
}

}  // namespace sonde::sdk
