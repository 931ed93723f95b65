#include "sdk/exporters/compressor.h"

#include <gtest/gtest.h>

#include "sdk_support/decompress.h"

namespace sonde::sdk {
namespace {

using sonde::test::gunzip;
using sonde::test::unzstd;

std::string decompress(OtlpCompression compression, const std::string& compressed) {
  return compression == OtlpCompression::gzip ? gunzip(compressed) : unzstd(compressed);
}

class EveryCompressor : public testing::TestWithParam<OtlpCompression> {};

TEST_P(EveryCompressor, WritesWhatTheReferenceDecoderReads) {
  const auto compressor = make_compressor(GetParam());
  std::string large;
  for (int i = 0; large.size() < (1u << 20); ++i) large += "gen_ai.usage.input_tokens=" + std::to_string(i);
  for (const std::string& text : {std::string("hello"), std::string(), large, std::string("again")}) {
    std::string out;
    ASSERT_TRUE(compressor->append(text, out));
    EXPECT_EQ(decompress(GetParam(), out), text);
  }
}

TEST_P(EveryCompressor, MakesRepetitiveTextShort) {
  std::string out;
  ASSERT_TRUE(make_compressor(GetParam())->append(std::string(100'000, 'x'), out));
  EXPECT_LT(out.size(), 1'000u);
}

TEST_P(EveryCompressor, LeavesWhatStandsInTheOutputAlready) {
  std::string out = "before";
  ASSERT_TRUE(make_compressor(GetParam())->append("text", out));
  EXPECT_EQ(out.substr(0, 6), "before");
  EXPECT_EQ(decompress(GetParam(), out.substr(6)), "text");
}

INSTANTIATE_TEST_SUITE_P(All, EveryCompressor, testing::Values(OtlpCompression::gzip, OtlpCompression::zstd),
                         [](const auto& compression) { return std::string(coding_name(compression.param)); });

}  // namespace
}  // namespace sonde::sdk
