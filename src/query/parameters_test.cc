#include "query/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde::query {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string message(const Parameters& parameters) {
  return parameters.error() ? parameters.error()->message : "";
}

TEST(Parameters, DecodesText) {
  const Parameters parameters("/traces?name=GET%20%2Fsearch&service=a+b");
  EXPECT_EQ(parameters.text("name"), "GET /search");
  EXPECT_EQ(parameters.text("service"), "a b");
  EXPECT_EQ(parameters.text("other"), std::nullopt);
}

TEST(Parameters, CountsAnEmptyOneAsAbsent) {
  Parameters parameters("/traces?service=&limit=&minDuration=&errors=");
  EXPECT_EQ(parameters.text("service"), std::nullopt);
  EXPECT_EQ(parameters.limit(50, 100), 50u);
  EXPECT_EQ(parameters.duration("minDuration"), std::nullopt);
  EXPECT_FALSE(parameters.flag("errors"));
  EXPECT_EQ(parameters.error(), std::nullopt);
}

TEST(Parameters, ReadsEveryType) {
  Parameters parameters(
      "/?errors=true&start=18446744073709551615&minDuration=1.5s&limit=7"
      "&id=4bf92f3577b34da6a3ce929d0e0e4736&attribute=a:1&attribute=url:http://x");
  EXPECT_TRUE(parameters.flag("errors"));
  EXPECT_EQ(parameters.number("start"), UINT64_MAX);
  EXPECT_EQ(parameters.duration("minDuration"), 1'500'000'000u);
  EXPECT_EQ(parameters.limit(50, 100), 7u);
  EXPECT_EQ(parameters.trace_id("id")->to_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_THAT(parameters.key_values("attribute"), ElementsAre(Pair("a", "1"), Pair("url", "http://x")));
  EXPECT_EQ(parameters.error(), std::nullopt);
}

TEST(Parameters, SaysWhichIsWrongAndWhatItShouldBe) {
  const auto message_after = [](const char* target, auto read) {
    Parameters parameters(target);
    read(parameters);
    return message(parameters);
  };
  EXPECT_EQ(message_after("/?errors=yes", [](Parameters& p) { (void)p.flag("errors"); }),
            "parameter 'errors' is 'yes', not true or false");
  EXPECT_EQ(message_after("/?start=-1", [](Parameters& p) { (void)p.number("start"); }),
            "parameter 'start' is '-1', not a whole number from 0 to 2^64 - 1");
  EXPECT_EQ(message_after("/?start=18446744073709551616", [](Parameters& p) { (void)p.number("start"); }),
            "parameter 'start' is '18446744073709551616', not a whole number from 0 to 2^64 - 1");
  EXPECT_EQ(message_after("/?minDuration=5", [](Parameters& p) { (void)p.duration("minDuration"); }),
            "parameter 'minDuration' is '5', not a duration such as 200ms, 1.5s or 1h30m");
  EXPECT_EQ(message_after("/?limit=0", [](Parameters& p) { (void)p.limit(50, 100); }),
            "parameter 'limit' is '0', not a number from 1 to 100");
  EXPECT_EQ(message_after("/?limit=101", [](Parameters& p) { (void)p.limit(50, 100); }),
            "parameter 'limit' is '101', not a number from 1 to 100");
  EXPECT_EQ(message_after("/?attribute=nocolon", [](Parameters& p) { (void)p.key_values("attribute"); }),
            "parameter 'attribute' is 'nocolon', not key:value");
  EXPECT_EQ(message_after("/?id=4bf9", [](Parameters& p) { (void)p.trace_id("id"); }),
            "parameter 'id' is '4bf9', not a trace id of 32 hexadecimal digits");
}

TEST(Parameters, KeepsTheFirstFailure) {
  Parameters parameters("/?start=x&end=y");
  (void)parameters.number("start");
  (void)parameters.number("end");
  EXPECT_THAT(message(parameters), testing::HasSubstr("'start'"));
}

TEST(Parameters, RefusesNamesThatAreNotExpected) {
  Parameters parameters("/?servce=a");
  parameters.expect_only({"service", "limit"});
  EXPECT_EQ(message(parameters), "there is no parameter 'servce' here; there are service, limit");
}

}  // namespace
}  // namespace sonde::query
