#include "transport/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde::transport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Http, FindsTheFirstFieldOfANameWithoutCase) {
  const HttpHeaders headers = {{"Content-Type", "a"}, {"content-type", "b"}, {"Empty", ""}};
  EXPECT_EQ(header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(header(headers, "empty"), "");
  EXPECT_EQ(header(headers, "content-typ"), "");
}

TEST(Http, OnlyFieldsThatForgeNoOthersAreValid) {
  EXPECT_TRUE(is_valid_field("x-api-Key_1", "any text: \t\"äö\""));
  EXPECT_TRUE(is_valid_field("a", ""));
  for (const std::string_view name : {"", "a b", "a:", ":path", "a\r", "ä"}) {
    EXPECT_FALSE(is_valid_field(name, "x")) << name;
  }
  for (const std::string_view value :
       {std::string_view("x\r\ny: z"), std::string_view("x\n"), std::string_view("\0", 1)}) {
    EXPECT_FALSE(is_valid_field("a", value));
  }
}

TEST(Http, ThePathIsDecodedAndEndsBeforeTheQuery) {
  EXPECT_EQ(target_path("/v1/traces"), "/v1/traces");
  EXPECT_EQ(target_path("/a%20b+c?x=/y"), "/a b+c");
  EXPECT_EQ(target_path("/a#b"), "/a");
  EXPECT_EQ(target_path(""), "/");
  EXPECT_EQ(target_path("?a=b"), "/");
}

TEST(Http, ThePathOfAWholeUrlStandsAfterItsHost) {
  EXPECT_EQ(target_path("http://127.0.0.1:4318/v1/traces?a=b"), "/v1/traces");
  EXPECT_EQ(target_path("http://localhost?a=b"), "/");
  EXPECT_EQ(target_path("http://localhost"), "/");
  EXPECT_EQ(target_path("/redirect?to=http://x/y"), "/redirect");
}

TEST(Http, APercentSignThatBeginsNoEscapeStandsForItself) {
  EXPECT_EQ(target_path("/100%"), "/100%");
  EXPECT_EQ(target_path("/%4"), "/%4");
  EXPECT_EQ(target_path("/%zz%41"), "/%zzA");
}

TEST(Http, AUrlIsShownWithoutItsSecrets) {
  EXPECT_EQ(without_secrets("http://localhost:4318/v1"), "http://localhost:4318/v1");
  EXPECT_EQ(without_secrets("https://user:pass@w@host:1/v1/@x?key=y#z"), "https://host:1/v1/@x");
  EXPECT_EQ(without_secrets("https://user@host"), "https://host");
  EXPECT_EQ(without_secrets("user:pass@host/path?key"), "host/path");
  EXPECT_EQ(without_secrets("?key"), "");
}

TEST(Http, QueryParametersAreDecodedInOrder) {
  EXPECT_THAT(
      query_parameters("/api?a=1&b=x%26y+z&a=2&&flag&=v#f=1"),
      ElementsAre(Pair("a", "1"), Pair("b", "x&y z"), Pair("a", "2"), Pair("flag", ""), Pair("", "v")));
  EXPECT_THAT(query_parameters("/api"), IsEmpty());
  EXPECT_THAT(query_parameters("/api?"), IsEmpty());
}

}  // namespace
}  // namespace sonde::transport
