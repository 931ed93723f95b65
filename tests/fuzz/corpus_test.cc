// Replays the seeds of the fuzz targets, among them the inputs of mended crashes, in every build.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "otlp_round_trip.h"

namespace sonde::otlp {
namespace {

std::filesystem::path seeds(const std::string& signal, const std::string& encoding) {
  return std::filesystem::path(SONDE_FUZZ_SEEDS) / ("otlp_" + signal + "_" + encoding + "_fuzz");
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class Item>
void replay(const Decoders<Item>& decoders, const std::string& signal) {
  for (const auto encoding : {Encoding::protobuf, Encoding::json}) {
    int count = 0;
    for (const auto& seed : std::filesystem::directory_iterator(
             seeds(signal, encoding == Encoding::protobuf ? "protobuf" : "json"))) {
      EXPECT_EQ(round_trip_fault(decoders, encoding, read(seed.path())), "") << seed.path();
      ++count;
    }
    EXPECT_GT(count, 0);
  }
}

TEST(FuzzSeeds, OfTracesRoundTrip) { replay(traces, "traces"); }
TEST(FuzzSeeds, OfLogsRoundTrip) { replay(logs, "logs"); }
TEST(FuzzSeeds, OfMetricsRoundTrip) { replay(metrics, "metrics"); }

/// The two seeds named every_field hold the same request; its protobuf was written by Google's Python
/// library. They are in the form that our encoders give them, but for the JSON's white space.
template <class Item>
void expect_every_field(const Decoders<Item>& decoders, const std::string& signal) {
  const std::string protobuf = read(seeds(signal, "protobuf") / "every_field.binpb");
  std::string json = read(seeds(signal, "json") / "every_field.json");
  const auto from_protobuf = decoders.protobuf(protobuf);
  ASSERT_TRUE(from_protobuf) << from_protobuf.error().message;
  const auto from_json = decoders.json(json);
  ASSERT_TRUE(from_json) << from_json.error().message;
  EXPECT_TRUE(same_items(*from_json->batch, *from_protobuf->batch));

  std::erase_if(json, [](unsigned char character) { return std::isspace(character) != 0; });
  for (const auto* const batch : {from_protobuf->batch.get(), from_json->batch.get()}) {
    EXPECT_EQ(encode(*batch, Encoding::json), json);
    EXPECT_EQ(encode(*batch, Encoding::protobuf), protobuf);
  }
}

TEST(EveryField, OfTracesIsReadAndWrittenInBothEncodings) { expect_every_field(traces, "traces"); }
TEST(EveryField, OfLogsIsReadAndWrittenInBothEncodings) { expect_every_field(logs, "logs"); }
TEST(EveryField, OfMetricsIsReadAndWrittenInBothEncodings) { expect_every_field(metrics, "metrics"); }

}  // namespace
}  // namespace sonde::otlp
