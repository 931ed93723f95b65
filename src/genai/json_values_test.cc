#include "genai/json_values.h"

#include <gmock/gmock.h>

#include <string>

namespace sonde::genai::detail {
namespace {

std::string round_trip(std::string_view text) {
  ValueStore store;
  std::string out;
  append_json(parse_json(text, store), out);
  return out;
}

TEST(JsonValues, KeepTheirTypesBothWays) {
  constexpr std::string_view text =
      R"({"text":"Zürich","integer":-7,"floating":0.5,"yes":true,"none":null,"list":[1,"two",[]],"map":{}})";
  EXPECT_EQ(round_trip(text), text);
}

TEST(JsonValues, OfIntegersBeyond64BitsAreDoubles) {
  ValueStore store;
  EXPECT_EQ(parse_json("9223372036854775807", store).as_integer(), 9223372036854775807);
  EXPECT_EQ(parse_json("9223372036854775808", store).type(), AttributeValue::Type::floating);
}

TEST(JsonValues, OfWhatIsNoJsonAreTheTextItself) {
  ValueStore store;
  for (const std::string_view text : {"", "{\"city\":", "get_weather(Paris)", "{} {}"}) {
    const AttributeValue value = parse_json(text, store);
    ASSERT_EQ(value.type(), AttributeValue::Type::string) << text;
    EXPECT_EQ(value.as_string(), text);
  }
}

TEST(JsonValues, NestedTooDeeplyAreTheTextItself) {
  ValueStore store;
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  EXPECT_EQ(parse_json(deep, store).as_string(), deep);
  EXPECT_EQ(parse_json(std::string_view(deep).substr(1, 128), store).type(), AttributeValue::Type::array);
}

TEST(JsonValues, OfTooManyValuesAreTheTextItself) {
  ValueStore store;
  std::string many = "[0";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  many += "]";
  EXPECT_EQ(parse_json(many, store).as_string(), many);
}

TEST(JsonValues, AreWrittenFromEveryKindOfValue) {
  const std::uint8_t bytes[] = {1, 2, 3};
  const std::int64_t integers[] = {1, 2};
  const bool booleans[] = {true, false};
  std::string out;
  append_json(AttributeValue::map({{"bytes", AttributeValue::bytes(bytes)},
                                   {"integers", AttributeValue::integers(integers)},
                                   {"booleans", AttributeValue::booleans(booleans)},
                                   {"empty", {}}}),
              out);
  EXPECT_EQ(out, R"({"bytes":"AQID","integers":[1,2],"booleans":[true,false],"empty":null})");
}

}  // namespace
}  // namespace sonde::genai::detail
