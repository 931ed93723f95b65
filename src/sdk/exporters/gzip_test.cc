#include "sdk/exporters/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "sdk_support/gunzip.h"

namespace sonde::sdk {
namespace {

using sonde::test::gunzip;

TEST(GzipCompressor, WhatItWritesGunzipReads) {
  GzipCompressor compressor;
  std::string large;
  for (int i = 0; large.size() < (1u << 20); ++i) large += "gen_ai.usage.input_tokens=" + std::to_string(i);
  for (const std::string& text : {std::string("hello"), std::string(), large, std::string("again")}) {
    std::string out;
    ASSERT_TRUE(compressor.append(text, out));
    EXPECT_EQ(gunzip(out), text);
  }
}

TEST(GzipCompressor, RepetitiveTextShrinks) {
  GzipCompressor compressor;
  std::string out;
  ASSERT_TRUE(compressor.append(std::string(100'000, 'x'), out));
  EXPECT_LT(out.size(), 1'000u);
}

TEST(GzipCompressor, WhatStandsInTheOutputAlreadyStays) {
  GzipCompressor compressor;
  std::string out = "before";
  ASSERT_TRUE(compressor.append("text", out));
  EXPECT_EQ(out.substr(0, 6), "before");
  EXPECT_EQ(gunzip(out.substr(6)), "text");
}

}  // namespace
}  // namespace sonde::sdk
