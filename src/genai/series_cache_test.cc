#include "genai/series_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace sonde::genai::detail {
namespace {

OperationLabels labels_of(std::string_view model) {
  return {.operation_name = "chat", .provider = "openai", .request_model = model};
}

TEST(SeriesCache, FindsWhatItMadeAndTellsEveryLabelApart) {
  SeriesCache<int> cache;
  const OperationLabels base = labels_of("m");
  std::vector<OperationLabels> all(7, base);
  all[1].operation_name = "text_completion";
  all[2].provider = "azure";
  all[3].request_model = "n";
  all[4].response_model = "m-2024";
  all[5].server_address = "localhost";
  all[6].server_port = 8080;
  int made = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
      const int* const series = cache.find_or_make(all[static_cast<std::size_t>(i)], [&] { return made++; });
      ASSERT_NE(series, nullptr);
      EXPECT_EQ(*series, i);
    }
  }
}

TEST(SeriesCache, KeepsItsOwnTexts) {
  SeriesCache<int> cache;
  std::string model(1'000, 'm');
  static_cast<void>(cache.find_or_make(labels_of(model), [] { return 1; }));
  const std::string same = model;
  model.assign(1'000, 'x');
  EXPECT_EQ(*cache.find_or_make(labels_of(same), [] { return 2; }), 1);
}

TEST(SeriesCache, HasABoundBeyondWhichItGoesOnFinding) {
  SeriesCache<std::size_t> cache;
  for (std::size_t i = 0; i < 3 * cache.most; ++i) {
    const std::size_t* const series =
        cache.find_or_make(labels_of("model " + std::to_string(i)), [&] { return i; });
    EXPECT_EQ(series != nullptr, i < cache.most);
  }
  EXPECT_EQ(*cache.find_or_make(labels_of("model 7"), [] { return 0; }), 7U);
}

TEST(SeriesCache, GivesThreadsThatMeetTheSame) {
  SeriesCache<int> cache;
  constexpr int sets = 64;
  std::atomic<int> made{0};
  std::vector<std::vector<const int*>> found(4);
  std::vector<std::thread> threads;
  for (auto& mine : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < sets; ++i) {
        mine.push_back(cache.find_or_make(labels_of("model " + std::to_string(i)), [&] { return made++; }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : found) EXPECT_EQ(mine, found.front());
}

}  // namespace
}  // namespace sonde::genai::detail
