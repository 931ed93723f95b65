#include "sdk/exporters/otlp_json.h"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <vector>

#include "sdk/test_tracing.h"

namespace sonde::sdk {
namespace {

/// What the fuzz targets start from: for each signal a request with every field there is, as the Python
/// protobuf library wrote it, and the same in JSON.
std::string seed(const std::string& signal, const std::string& encoding, const std::string& suffix) {
  std::ifstream file(
      std::string(SONDE_FUZZ_SEEDS) + "/otlp_" + signal + "_" + encoding + "_fuzz/every_field." + suffix,
      std::ios::binary);
  EXPECT_TRUE(file.is_open()) << signal << ' ' << encoding;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string to_json(Signal signal, std::string_view request) {
  std::string json;
  EXPECT_TRUE(append_otlp_json(signal, request, json));
  return json;
}

class EveryField : public testing::TestWithParam<std::pair<Signal, const char*>> {};

TEST_P(EveryField, IsWrittenAsJson) {
  const auto& [signal, name] = GetParam();
  std::string expected = seed(name, "json", "json");
  std::erase_if(expected, [](unsigned char character) { return std::isspace(character) != 0; });
  EXPECT_EQ(to_json(signal, seed(name, "protobuf", "binpb")), expected);
}

TEST_P(EveryField, IsWrittenAsFarAsItGoesWhenCutOff) {
  const auto& [signal, name] = GetParam();
  const std::string request = seed(name, "protobuf", "binpb");
  for (std::size_t size = 0; size < request.size(); ++size) {
    const std::string json = to_json(signal, std::string_view(request).substr(0, size));
    EXPECT_TRUE(json.starts_with('{') && json.ends_with('}')) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Signals, EveryField,
                         testing::Values(std::pair(Signal::traces, "traces"),
                                         std::pair(Signal::metrics, "metrics"),
                                         std::pair(Signal::logs, "logs")),
                         [](const auto& signal) { return signal.param.second; });

/// `content` as field `number` of a message.
std::string field(int number, const std::string& content) {
  std::string header{static_cast<char>(number << 3 | 2)};
  std::size_t size = content.size();
  for (; size >= 0x80; size >>= 7) header += static_cast<char>((size & 0x7F) | 0x80);
  return header + static_cast<char>(size) + content;
}

TEST(OtlpJson, ElementsOfOneListComeTogetherWhereverTheyStood) {
  const std::string span = field(5, "a") + field(9, field(1, "x")) + field(11, field(2, "event")) +
                           field(9, field(1, "y")) + field(5, "b");
  EXPECT_EQ(
      to_json(Signal::traces, field(1, field(2, field(2, span)))),
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"b",)"
      R"("attributes":[{"key":"x","value":{}},{"key":"y","value":{}}],"events":[{"name":"event"}]}]}]}]})");
}

TEST(OtlpJson, TheLastOfAlternativesCounts) {
  const std::string value = field(1, "text") + std::string("\x10\x01", 2);
  EXPECT_EQ(to_json(Signal::logs, field(1, field(2, field(2, field(5, value))))),
            R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"boolValue":true}}]}]}]})");
}

TEST(OtlpJson, BytesThatAreNoTextStillMakeJson) {
  EXPECT_EQ(to_json(Signal::traces, field(1, field(2, field(2, field(5, "\xff\n\""))))),
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"\uFFFD\\n\\\"\"}]}]}]}");
}

TEST(OtlpJson, ValuesAreFollowedToTheSdksLimitAndNoFurther) {
  const auto request_of_depth = [](int depth) {
    std::string value = field(1, "deep");
    for (int i = 0; i < depth; ++i) value = field(6, field(1, field(1, "k") + field(2, value)));
    return field(1, field(2, field(2, field(5, value))));
  };
  EXPECT_NE(to_json(Signal::logs, request_of_depth(64)).find("deep"), std::string::npos);
  std::string out = "before";
  EXPECT_FALSE(append_otlp_json(Signal::logs, request_of_depth(10'000), out));
  EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace sonde::sdk
