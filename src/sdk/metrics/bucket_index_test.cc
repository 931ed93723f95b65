#include "sdk/metrics/bucket_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

namespace sonde::detail {
namespace {

using Boundaries = std::vector<double>;

class BucketIndexOf : public testing::TestWithParam<Boundaries> {};

std::size_t searched(const Boundaries& boundaries, double value) {
  return static_cast<std::size_t>(std::lower_bound(boundaries.begin(), boundaries.end(), value) -
                                  boundaries.begin());
}

TEST_P(BucketIndexOf, AgreesWithASearch) {
  const Boundaries& boundaries = GetParam();
  const BucketIndex index(boundaries);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Boundaries values = {0.0,
                       -0.0,
                       1.0,
                       -1.0,
                       infinity,
                       -infinity,
                       std::numeric_limits<double>::max(),
                       std::numeric_limits<double>::lowest(),
                       std::numeric_limits<double>::denorm_min()};
  for (const double boundary : boundaries) {
    values.insert(values.end(),
                  {boundary, std::nextafter(boundary, infinity), std::nextafter(boundary, -infinity)});
  }
  std::mt19937_64 random(1);  // NOLINT: the same in every run
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(std::exp2(std::uniform_real_distribution<double>(-20, 20)(random)) *
                     (i % 8 == 0 ? -1 : 1));
  }
  for (const double value : values) EXPECT_EQ(index.of(value), searched(boundaries, value)) << value;
}

INSTANTIATE_TEST_SUITE_P(
    Boundaries, BucketIndexOf,
    testing::Values(
        Boundaries{}, Boundaries{0}, Boundaries{-5, 0, 5}, Boundaries{-5, -4, -3, 0, 1}, Boundaries{1},
        Boundaries{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000},
        Boundaries{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92},
        Boundaries{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216},
        Boundaries{10, 11, 12, 13, 14, 15}, Boundaries{1e-300, 1, 1e300}));

}  // namespace
}  // namespace sonde::detail
