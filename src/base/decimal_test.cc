#include "base/decimal.h"

#include <gtest/gtest.h>
#include <locale.h>

#include <cmath>
#include <limits>

namespace sonde::base {
namespace {

std::string written(double value) {
  DecimalBuffer buffer;
  return std::string(write_decimal(value, buffer));
}

TEST(Decimal, IsTheShortestThatReadsBack) {
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(written(-2.5), "-2.5");
  EXPECT_EQ(written(42), "42");
  EXPECT_EQ(written(1e300), "1e+300");
}

TEST(Decimal, RoundTrips) {
  using Limits = std::numeric_limits<double>;
  for (const double value :
       {Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(), 1.0 / 3, M_PI}) {
    EXPECT_EQ(read_decimal(written(value)), value);
  }
}

TEST(Decimal, ReadsNothingButNumbers) {
  EXPECT_EQ(read_decimal("0.25"), 0.25);
  EXPECT_EQ(read_decimal("1e3"), 1000);
  for (const char* text : {"", " 1", "1 ", "0x10", "nan", "inf", "1,5", "1.2.3", "e", "1e"}) {
    EXPECT_EQ(read_decimal(text), std::nullopt) << text;
  }
}

TEST(Decimal, HasAPointInEveryLocale) {
  locale_t with_comma = nullptr;
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"}) {
    if (with_comma == nullptr) with_comma = newlocale(LC_ALL_MASK, name, nullptr);
  }
  if (with_comma == nullptr) GTEST_SKIP() << "the machine has no locale with a decimal comma";
  const locale_t previous = uselocale(with_comma);
  EXPECT_EQ(written(0.5), "0.5");
  EXPECT_EQ(read_decimal("0.5"), 0.5);
  uselocale(previous);
  freelocale(with_comma);
}

}  // namespace
}  // namespace sonde::base
