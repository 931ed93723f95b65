#include "transport/compression.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

namespace sonde::transport {
namespace {

constexpr int gzip_format = 16 + MAX_WBITS;
constexpr int zlib_format = MAX_WBITS;
constexpr int raw_format = -MAX_WBITS;
constexpr std::size_t limit = 1u << 20;

std::string deflated(const std::string& text, int format) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, format, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_frame(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string some_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "span " + std::to_string(text.size() * 2654435761u) + ", ";
  text.resize(size);
  return text;
}

/// The coding's name, and a text as that coding.
struct Coding {
  std::string name;
  std::string (*compress)(const std::string&);
};

class Compression : public testing::TestWithParam<Coding> {};

TEST_P(Compression, GivesTheTextBackWhateverItsLength) {
  for (const std::size_t size : {0u, 1u, 100u, 16'384u, 16'385u, 500'000u, 1u << 20}) {
    const std::string text = some_text(size);
    const Expected<std::string> back = decompress(GetParam().name, GetParam().compress(text), limit);
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(*back, text);
  }
}

TEST_P(Compression, StopsABombAtTheLimit) {
  const std::string bomb = GetParam().compress(std::string(100u << 20, '\0'));
  ASSERT_LT(bomb.size(), limit);
  const Expected<std::string> result = decompress(GetParam().name, bomb, limit);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::resource_exhausted);
  EXPECT_NE(result.error().message.find("1048576"), std::string::npos) << result.error().message;
}

TEST_P(Compression, RefusesOneByteOverTheLimit) {
  const std::string body = GetParam().compress(some_text(1'001));
  EXPECT_TRUE(decompress(GetParam().name, body, 1'001).has_value());
  EXPECT_EQ(decompress(GetParam().name, body, 1'000).error().code, ErrorCode::resource_exhausted);
}

TEST_P(Compression, RefusesWhatIsCutOffAnywhere) {
  const std::string whole = GetParam().compress(some_text(300));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Expected<std::string> result = decompress(GetParam().name, whole.substr(0, size), limit);
    ASSERT_FALSE(result.has_value()) << "cut to " << size << " of " << whole.size();
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

TEST_P(Compression, RefusesOtherBytes) {
  EXPECT_EQ(decompress(GetParam().name, "{\"resourceSpans\":[]}", limit).error().code,
            ErrorCode::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(
    Codings, Compression,
    testing::Values(Coding{"gzip", [](const std::string& text) { return deflated(text, gzip_format); }},
                    Coding{"deflate", [](const std::string& text) { return deflated(text, zlib_format); }},
                    Coding{"zstd", zstd_frame}),
    [](const auto& instance) { return instance.param.name; });

TEST(Decompress, LeavesABodyWithoutCodingAlone) {
  EXPECT_EQ(*decompress("", "as it is", 3), "as it is");
  EXPECT_EQ(*decompress("identity", "as it is", 3), "as it is");
}

TEST(Decompress, ReadsTheNameInAnyCaseAndTheOldOne) {
  EXPECT_EQ(*decompress("GZip", deflated("x", gzip_format), limit), "x");
  EXPECT_EQ(*decompress("x-gzip", deflated("x", gzip_format), limit), "x");
}

TEST(Decompress, ReadsRawDeflateToo) {
  EXPECT_EQ(*decompress("deflate", deflated(some_text(5'000), raw_format), limit), some_text(5'000));
}

TEST(Decompress, JoinsConcatenatedMembersAndFrames) {
  EXPECT_EQ(*decompress("gzip", deflated("one ", gzip_format) + deflated("two", gzip_format), limit),
            "one two");
  EXPECT_EQ(*decompress("zstd", zstd_frame("one ") + zstd_frame("two"), limit), "one two");
}

TEST(Decompress, NamesTheCodingsItKnowsWhenAskedForAnother) {
  const Error error = decompress("br", "x", limit).error();
  EXPECT_EQ(error.code, ErrorCode::unimplemented);
  EXPECT_EQ(error.message, "content coding 'br' is not supported; send gzip, deflate, zstd or none");
}

}  // namespace
}  // namespace sonde::transport
