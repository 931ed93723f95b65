#include "store/value_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

#include "store/utf8.h"

namespace sonde::store {
namespace {

std::string text_of(const AttributeValue& value) {
  std::string text;
  append_value_text(value, text);
  return text;
}

/// What is read from the text, as text again; or the error.
std::string read_and_write(std::string_view text) {
  otlp::Arena arena;
  ValueReader reader;
  const auto value = reader.value(text, arena);
  return value ? text_of(*value) : "error: " + value.error().message;
}

TEST(ValueText, KeepsTypesApart) {
  EXPECT_EQ(text_of({}), "null");
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(1), "1");
  EXPECT_EQ(text_of(1.0), "1.0");
  EXPECT_EQ(text_of("1"), "\"1\"");
  static constexpr std::uint8_t bytes[] = {'1'};
  EXPECT_EQ(text_of(AttributeValue::bytes(bytes)), R"({"$bytes":"MQ=="})");
  EXPECT_EQ(text_of(std::numeric_limits<double>::infinity()), R"({"$double":"Infinity"})");
}

TEST(ValueText, WritesArraysAndMaps) {
  static constexpr AttributeValue items[] = {1, "a", 2.5};
  static constexpr Attribute members[] = {{"a", 1}, {"b \"c\"", AttributeValue::array(items)}};
  EXPECT_EQ(text_of(AttributeValue::map(members)), R"({"a":1,"b \"c\"":[1,"a",2.5]})");
  EXPECT_EQ(text_of(AttributeValue::array({})), "[]");
  EXPECT_EQ(text_of(AttributeValue::map({})), "{}");
}

TEST(ValueText, MarksAMapThatWouldLookLikeAMark) {
  static constexpr Attribute inner[] = {{"$map", 1}};
  static constexpr Attribute outer[] = {{"$double", AttributeValue::map(inner)}};
  const std::string text = text_of(AttributeValue::map(outer));
  EXPECT_EQ(text, R"({"$map":{"$double":{"$map":{"$map":1}}}})");
  EXPECT_EQ(read_and_write(text), text);
  static constexpr Attribute two[] = {{"$map", 1}, {"b", 2}};
  EXPECT_EQ(text_of(AttributeValue::map(two)), R"({"$map":1,"b":2})");
  EXPECT_EQ(read_and_write(R"({"$map":1,"b":2})"), R"({"$map":1,"b":2})");
}

TEST(ValueText, ReadsBackWhatItWrote) {
  for (const std::string_view text :
       {"null", "false", "-9223372036854775808", "9223372036854775807", "0.1", "-0.0", "1e-300",
        "\"\\u0000\"", R"({"$bytes":""})", R"({"$double":"NaN"})", R"({"$double":"-Infinity"})",
        R"([[],{},[null]])", R"({"a":1,"a":2})"}) {
    EXPECT_EQ(read_and_write(text), text);
  }
}

TEST(ValueText, RefusesWhatItDidNotWrite) {
  for (const std::string_view text :
       {"{", "1 2", "18446744073709551615", R"({"$bytes":"!"})", R"({"$bytes":1})", R"({"$double":"1"})",
        R"({"$other":"x"})", R"({"$map":1})"}) {
    EXPECT_TRUE(read_and_write(text).starts_with("error: a stored attribute value cannot be read")) << text;
  }
}

TEST(ValueText, ReadsAttributesWithoutLookingForMarks) {
  otlp::Arena arena;
  ValueReader reader;
  const auto attributes = reader.attributes(R"({"$bytes":"x"})", arena);
  ASSERT_TRUE(attributes);
  ASSERT_EQ(attributes->size(), 1U);
  EXPECT_EQ((*attributes)[0].key, "$bytes");
  EXPECT_EQ((*attributes)[0].value.as_string(), "x");
  EXPECT_TRUE(reader.attributes("", arena)->empty());
  EXPECT_FALSE(reader.attributes("[]", arena));
}

std::string repaired(std::string_view text) {
  std::string out;
  append_utf8(text, out);
  return out;
}

TEST(Utf8, KnowsWellFormedText) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("ascii that is longer than eight bytes"));
  EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"));
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_FALSE(is_utf8("12345678\xFF"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
}

TEST(Utf8, ReplacesOnlyWhatIsMalformed) {
  EXPECT_EQ(repaired("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(repaired("a\xC3"), "a\xEF\xBF\xBD");
  EXPECT_EQ(repaired("\xF0\x9F\x98"
                     "b\xF0\x9F\x98\x80"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "b\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace sonde::store
