#include "sdk/exporters/json_reader.h"

#include <gtest/gtest.h>

#include <map>

namespace sonde::sdk {
namespace {

std::map<std::string, std::string> scalars_of(std::string_view text) {
  std::map<std::string, std::string> members;
  JsonReader reader(text);
  reader.object([&](std::string_view key) {
    const auto value = reader.scalar();
    if (value) members.emplace(key, *value);
    return value || reader.skip();
  });
  return members;
}

using Members = std::map<std::string, std::string>;

TEST(JsonReader, ReadsMembersAndPassesOverWhatIsNotAskedFor) {
  EXPECT_EQ(scalars_of(R"( {"a": 1, "b":{"c":[1,{"d":"}"}]} ,"e":"x","f":null,"g":[],"h":-1.5e3} )"),
            (Members{{"a", "1"}, {"e", "x"}, {"f", "null"}, {"h", "-1.5e3"}}));
  EXPECT_EQ(scalars_of("{}"), Members());
}

TEST(JsonReader, DecodesEscapes) {
  EXPECT_EQ(scalars_of(R"({"a\"":"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00"})"),
            (Members{{"a\"", "\\/\b\f\n\r\té€😀"}}));
  EXPECT_EQ(scalars_of(R"({"half":"\ud83d!","other half":"\ude00"})"),
            (Members{{"half", "\uFFFD!"}, {"other half", "\uFFFD"}}));
}

TEST(JsonReader, WhatIsNoJsonEndsTheReading) {
  for (const char* text :
       {"", "{", "[", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\u12",
        "{\"a\":\"\\x\"}", "{a:1}", "\"", "}", "{\"a\":}", "{\"a\":]}", "null", "{,}"}) {
    EXPECT_EQ(scalars_of(text), Members()) << text;
  }
}

TEST(JsonReader, DepthCostsNoStack) {
  std::string text = "{\"deep\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",\"a\":1}";
  EXPECT_EQ(scalars_of(text), (Members{{"a", "1"}}));
}

}  // namespace
}  // namespace sonde::sdk
