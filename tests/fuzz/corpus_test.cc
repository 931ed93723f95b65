// Replays the seeds of the fuzz targets, among them the inputs of mended crashes, in every build.

#include <gtest/gtest.h>

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

/// The protobuf seed was made from the JSON one, by the oracle's reckoning as well as by ours.
template <class Item>
void compare_every_field(const Decoders<Item>& decoders, const std::string& signal) {
  const auto from_json = decoders.json(read(seeds(signal, "json") / "every_field.json"));
  ASSERT_TRUE(from_json) << from_json.error().message;
  const auto from_protobuf = decoders.protobuf(read(seeds(signal, "protobuf") / "every_field.binpb"));
  ASSERT_TRUE(from_protobuf) << from_protobuf.error().message;
  EXPECT_TRUE(same_items(*from_json->batch, *from_protobuf->batch));
  EXPECT_EQ(from_json->receipt.message, "");
}

TEST(FuzzSeeds, SayTheSameInBothEncodings) {
  compare_every_field(traces, "traces");
  compare_every_field(logs, "logs");
  compare_every_field(metrics, "metrics");
}

}  // namespace
}  // namespace sonde::otlp
