#include "sdk/exporters/gzip.h"

#define ZLIB_CONST  // Input is const, as it should have been from the start.
#include <zlib.h>

#include <limits>

namespace sonde::sdk {
namespace {

// The fastest level: on OTLP it gives most of the gain at a fraction of the application's processor time.
constexpr int level = Z_BEST_SPEED;
constexpr int gzip_window_bits = 15 + 16;  // The largest window; 16 asks for gzip's header.
constexpr int memory_level = 8;

}  // namespace

struct GzipCompressor::State {
  z_stream stream{};
  bool usable = false;
};

GzipCompressor::GzipCompressor() : state_(std::make_unique<State>()) {
  state_->usable = deflateInit2(&state_->stream, level, Z_DEFLATED, gzip_window_bits, memory_level,
                                Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipCompressor::~GzipCompressor() {
  if (state_->usable) deflateEnd(&state_->stream);
}

bool GzipCompressor::append(std::string_view text, std::string& out) {
  z_stream& stream = state_->stream;
  if (!state_->usable || deflateReset(&stream) != Z_OK) return false;
  const std::size_t before = out.size();
  const uLong bound = deflateBound(&stream, text.size());
  if (text.size() > std::numeric_limits<uInt>::max() || bound > std::numeric_limits<uInt>::max())
    return false;
  out.resize(before + bound);
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = static_cast<uInt>(bound);
  const bool complete = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(complete ? before + stream.total_out : before);
  return complete;
}

}  // namespace sonde::sdk
