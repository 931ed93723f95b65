#include "query/duration.h"

#include <gtest/gtest.h>

namespace sonde::query {
namespace {

TEST(ParseDuration, TakesEveryUnit) {
  EXPECT_EQ(parse_duration("7ns"), 7u);
  EXPECT_EQ(parse_duration("7us"), 7'000u);
  EXPECT_EQ(parse_duration("7\u00B5s"), 7'000u);
  EXPECT_EQ(parse_duration("7\u03BCs"), 7'000u);
  EXPECT_EQ(parse_duration("200ms"), 200'000'000u);
  EXPECT_EQ(parse_duration("3s"), 3'000'000'000u);
  EXPECT_EQ(parse_duration("2m"), 120'000'000'000u);
  EXPECT_EQ(parse_duration("1h"), 3'600'000'000'000u);
  EXPECT_EQ(parse_duration("7d"), 604'800'000'000'000u);
}

TEST(ParseDuration, TakesFractionsAndSeveralUnits) {
  EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000u);
  EXPECT_EQ(parse_duration(".25s"), 250'000'000u);
  EXPECT_EQ(parse_duration("0.1ns"), 0u);
  EXPECT_EQ(parse_duration("1h30m"), 5'400'000'000'000u);
  EXPECT_EQ(parse_duration("1m2.5s"), 62'500'000'000u);
  EXPECT_EQ(parse_duration("0"), 0u);
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const char* const text :
       {"", "5", "s", "1.5", ".s", "1 s", "-1s", "1sec", "1s ", "1..5s", "one", "0x1s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(ParseDuration, RefusesMoreThan64BitsHold) {
  EXPECT_EQ(parse_duration("18446744073709551615ns"), 18'446'744'073'709'551'615u);
  EXPECT_EQ(parse_duration("18446744073709551616ns"), std::nullopt);
  EXPECT_EQ(parse_duration("213504d"), std::nullopt);
  EXPECT_EQ(parse_duration("99999999999999999999999999999999999999999999999999s"), std::nullopt);
}

}  // namespace
}  // namespace sonde::query
