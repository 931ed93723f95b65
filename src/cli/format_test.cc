#include "cli/format.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <ctime>

namespace sonde::cli {
namespace {

TEST(FormatDuration, HasThreeSignificantDigitsAndTheUnitThatFits) {
  EXPECT_EQ(format_duration(0), "0 ns");
  EXPECT_EQ(format_duration(999), "999 ns");
  EXPECT_EQ(format_duration(1'000), "1.00 µs");
  EXPECT_EQ(format_duration(52'100'000), "52.1 ms");
  EXPECT_EQ(format_duration(170'400'000), "170 ms");
  EXPECT_EQ(format_duration(1'240'000'000), "1.24 s");
  EXPECT_EQ(format_duration(59'900'000'000), "59.9 s");
}

TEST(FormatDuration, RoundsIntoTheNextUnitInsteadOfShowingAThousand) {
  EXPECT_EQ(format_duration(999'499), "999 µs");
  EXPECT_EQ(format_duration(999'500), "1.00 ms");
  EXPECT_EQ(format_duration(9'995'000), "10.0 ms");
  EXPECT_EQ(format_duration(99'950'000), "100 ms");
  EXPECT_EQ(format_duration(59'960'000'000), "1m 00s");
}

TEST(FormatDuration, ShowsTwoUnitsFromAMinuteOn) {
  EXPECT_EQ(format_duration(125'000'000'000), "2m 05s");
  EXPECT_EQ(format_duration(3'720'000'000'000), "1h 02m");
  EXPECT_EQ(format_duration(100'800'000'000'000), "1d 04h");
}

TEST(FormatCount, StaysWithinFourCharacters) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'234), "1.2k");
  EXPECT_EQ(format_count(12'345), "12k");
  EXPECT_EQ(format_count(999'499), "999k");
  EXPECT_EQ(format_count(999'500), "1.0M");
  EXPECT_EQ(format_count(3'400'000'000), "3.4G");
}

TEST(FormatPlural, CountsAndGroupsDigits) {
  EXPECT_EQ(format_plural(1, "span"), "1 span");
  EXPECT_EQ(format_plural(0, "span"), "0 spans");
  EXPECT_EQ(format_plural(1'234'567, "span"), "1,234,567 spans");
}

TEST(FormatTime, IsLocal) {
  setenv("TZ", "UTC-2", 1);
  tzset();
  EXPECT_EQ(format_time(1'795'422'852'123'999'999), "2026-11-23 10:34:12.123");
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(format_time(1'795'422'852'123'999'999), "2026-11-23 08:34:12.123");
}

TEST(Printable, KeepsTextAndTakesThePowerFromControlCharacters) {
  EXPECT_EQ(printable("日本語 \"quoted\" \\ ✓"), "日本語 \"quoted\" \\ ✓");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(printable("\x1b[31mred\x07\x7f"), "\uFFFD[31mred\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m \xC2\xA0"),
            "\uFFFD31m \xC2\xA0");  // CSI as one C1 character; a no-break space
  EXPECT_EQ(printable("bad \xFF utf-8"), "bad \uFFFD utf-8");
}

TEST(Padded, CountsColumnsNotBytes) {
  EXPECT_EQ(padded("日本", 6), "日本  ");
  EXPECT_EQ(padded("日本", 6, true), "  日本");
  EXPECT_EQ(padded("longer", 3), "longer");
}

TEST(Wrapped, BreaksBetweenWordsAndKeepsLineBreaks) {
  EXPECT_EQ(wrapped("the quick brown fox", 10, 9), (std::vector<std::string>{"the quick", "brown fox"}));
  EXPECT_EQ(wrapped("one\n\ntwo", 10, 9), (std::vector<std::string>{"one", "", "two"}));
  EXPECT_TRUE(wrapped("", 10, 9).empty());
}

TEST(Wrapped, BreaksInsideWordsLongerThanTheLine) {
  EXPECT_EQ(wrapped("0123456789abcdef", 10, 9), (std::vector<std::string>{"0123456789", "abcdef"}));
  EXPECT_EQ(wrapped("日本語日本語", 5, 9), (std::vector<std::string>{"日本", "語日", "本語"}));
}

TEST(Wrapped, EndsWithAnEllipsisWhereTextIsLeftOut) {
  EXPECT_EQ(wrapped("one two three four", 5, 2), (std::vector<std::string>{"one", "two…"}));
  EXPECT_EQ(wrapped("0123456789abcdef", 5, 2), (std::vector<std::string>{"01234", "5678…"}));
}

}  // namespace
}  // namespace sonde::cli
