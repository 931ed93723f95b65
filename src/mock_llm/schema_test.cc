#include "mock_llm/schema.h"

#include <gtest/gtest.h>

#include <string>

namespace sonde::mock_llm {
namespace {

std::string fill(std::string_view schema, std::string_view text = "") {
  return fill_schema(schema, {.text = text, .answer = {}});
}

TEST(FillSchema, TakesNamesInOrder) {
  EXPECT_EQ(fill(R"({"properties": {"a_from": {"type": "string"}, "b_to": {"type": "string"}}})",
                 "A train from Paris to New York, please"),
            R"({"a_from":"Paris","b_to":"New York"})");
}

TEST(FillSchema, PrefersQuotedWordsToNames) {
  EXPECT_EQ(fill(R"({"type": "string"})", "Search for \"blue cheese\" in Paris"), R"("blue cheese")");
}

TEST(FillSchema, FallsBackToTheWholeText) {
  EXPECT_EQ(fill(R"({"type": "string"})", " what now? "), R"("what now?")");
  EXPECT_EQ(fill(R"({"type": "string", "maxLength": 4})", "föhn!"), R"("föhn")");
}

TEST(FillSchema, TakesNumbersThatFit) {
  EXPECT_EQ(fill(R"({"type": "integer", "minimum": 1, "maximum": 9})", "from 2026-01 take 12 or 3.5 or 7%"),
            "7");
  EXPECT_EQ(fill(R"({"type": "number"})", "it is -2.5 outside"), "-2.5");
  EXPECT_EQ(fill(R"({"type": "number", "minimum": 3})", "none"), "3.0");
  EXPECT_EQ(fill(R"({"type": "integer", "maximum": -3})"), "-3");
}

TEST(FillSchema, KeepsToEnumConstDefaultAndNull) {
  EXPECT_EQ(fill(R"({"enum": ["red", "green"]})", "something GREEN"), R"("green")");
  EXPECT_EQ(fill(R"({"enum": [1, 2]})"), "1");
  EXPECT_EQ(fill(R"({"const": {"a": 1}})"), R"({"a":1})");
  EXPECT_EQ(fill(R"({"type": "string", "default": "d"})", "Text"), R"("d")");
  EXPECT_EQ(fill(R"({"type": ["null", "string"]})"), "null");
}

TEST(FillSchema, GivesFormatsAValueThatIsOne) {
  EXPECT_EQ(fill(R"({"type": "string", "format": "date"})", "Text"), R"("2026-01-01")");
}

TEST(FillSchema, StopsInSchemasThatHaveNoEnd) {
  const std::string wide = fill(R"({"type": "object", "required": ["a", "b"],
                                    "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}})");
  EXPECT_LT(wide.size(), 200'000U);
  EXPECT_EQ(fill(R"({"$ref": "#"})"), "null");
  EXPECT_LT(fill(R"({"type": "array", "minItems": 18446744073709551615, "items": {"type": "null"}})").size(),
            100'000U);
}

TEST(FillSchema, SurvivesNonsense) {
  EXPECT_EQ(fill(R"({"$ref": "#/nowhere", "type": 7})"), "\"\"");
  EXPECT_EQ(fill(R"({"anyOf": [], "enum": 1})"), "null");
  EXPECT_EQ(fill(R"({"type": "object", "properties": [], "required": "x"})"), "{}");
  EXPECT_EQ(fill(R"({"type": "array", "items": false, "maxItems": 0})"), "[]");
  EXPECT_EQ(fill(R"({"type": "number", "minimum": 5, "maximum": 1})"), "5.0");
}

}  // namespace
}  // namespace sonde::mock_llm
