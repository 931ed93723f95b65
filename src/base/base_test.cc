#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/base64.h"
#include "base/json_writer.h"
#include "sonde/ids.hpp"

namespace sonde {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  base::append_json_string(text, out);
  return out;
}

std::string json_double(double value) {
  std::string out;
  base::append_json_double(value, out);
  return out;
}

TEST(Ids, HexRoundTripsInEitherCase) {
  TraceId id;
  ASSERT_TRUE(TraceId::from_hex("4BF92F3577B34DA6a3ce929d0e0e4736", id));
  EXPECT_EQ(id.to_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_TRUE(id.is_valid());
}

TEST(Ids, RefusesAnythingButExactlyTheDigits) {
  SpanId id;
  ASSERT_TRUE(SpanId::from_hex("00f067aa0ba902b7", id));
  const SpanId before = id;
  EXPECT_FALSE(SpanId::from_hex("00f067aa0ba902b", id));
  EXPECT_FALSE(SpanId::from_hex("00f067aa0ba902b70", id));
  EXPECT_FALSE(SpanId::from_hex("00f067aa0ba902bg", id));
  EXPECT_FALSE(SpanId::from_hex("00f067aa0ba902b\xff", id));
  EXPECT_FALSE(SpanId::from_hex("", id));
  EXPECT_EQ(id, before);
}

TEST(Ids, AllZerosIsNone) { EXPECT_FALSE(TraceId{}.is_valid()); }

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    std::string text;
    base::append_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, text);
    std::string back;
    ASSERT_TRUE(base::decode_base64(text, back));
    EXPECT_EQ(back, bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, ReadsUrlSafeAndUnpaddedText) {
  std::string out;
  ASSERT_TRUE(base::decode_base64("-_8", out));
  EXPECT_EQ(out, "\xfb\xff");
}

TEST(Base64, RefusesOtherTextAndLeavesTheOutputAlone) {
  std::string out = "kept";
  EXPECT_FALSE(base::decode_base64("ab!d", out));
  EXPECT_FALSE(base::decode_base64("abcde", out));
  EXPECT_EQ(out, "kept");
}

TEST(JsonWriter, SeparatesAndNests) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("a").integer(-1);
  json.key("b").begin_array();
  json.string("x");
  json.boolean(true);
  json.null();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.key("c").quoted_unsigned(std::numeric_limits<std::uint64_t>::max());
  json.end_object();
  EXPECT_EQ(out, R"({"a":-1,"b":["x",true,null,{}],"c":"18446744073709551615"})");
}

TEST(JsonWriter, EscapesControlCharactersAndQuotes) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01\x7f"), "\"a\\\"b\\\\c\\n\\u0001\x7f\"");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json_string("ok \xC3\xA9 \xF0\x9F\x98\x80"), "\"ok \xC3\xA9 \xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_string("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xED\xA0\x80x"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\"");  // a surrogate
  EXPECT_EQ(json_string("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                    // overlong
}

TEST(JsonWriter, DoublesNeverLookLikeIntegers) {
  EXPECT_EQ(json_double(1), "1.0");
  EXPECT_EQ(json_double(0.1), "0.1");
  EXPECT_EQ(json_double(1e300), "1e+300");
  EXPECT_EQ(json_double(std::nan("")), "\"NaN\"");
  EXPECT_EQ(json_double(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
}

}  // namespace
}  // namespace sonde
