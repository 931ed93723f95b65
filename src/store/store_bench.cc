// How fast spans become durable, what that costs, and how large they are on disk. Batches of 512 spans of the
// four kinds of a typical LLM application (testing/batches.h), on a real disk: set TMPDIR to choose which.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "store/duckdb/duckdb_store.h"
#include "store/testing/batches.h"

namespace sonde::store {
namespace {

constexpr std::size_t spans_per_batch = 512;
constexpr std::size_t batch_count = 800;
constexpr std::uint64_t start = 1'790'000'000'000'000'000;
constexpr std::uint64_t batch_interval = 500'000'000;  // between the starts of two batches
constexpr std::ptrdiff_t most_in_flight = 64;

using Batches = std::vector<std::shared_ptr<const otlp::TraceBatch>>;

const Batches& batches() {
  static const Batches made = [] {
    Batches all;
    for (std::size_t i = 0; i < batch_count; ++i) {
      all.push_back(testing::llm_spans(spans_per_batch, i, start + i * batch_interval));
    }
    return all;
  }();
  return made;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A store in a directory of its own, gone at the end.
class TemporaryStore {
 public:
  TemporaryStore() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sonde-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    DuckDbOptions options;
    options.directory = pattern;
    directory_ = options.directory;
    auto store = open_duckdb(options);
    if (!store) std::abort();
    store_ = *std::move(store);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;
  ~TemporaryStore() {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  Store& operator*() const { return *store_; }
  /// Closes the store and returns the bytes of its file.
  [[nodiscard]] std::uintmax_t close_and_measure() const {
    store_->close();
    return std::filesystem::file_size(directory_ / "sonde.duckdb");
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
};

/// Appends all batches, so many in flight at a time, as as many clients would that wait for each answer.
/// Returns the seconds each took to be answered, in order of time.
std::vector<double> append(Store& store, std::ptrdiff_t in_flight) {
  using Clock = std::chrono::steady_clock;
  std::counting_semaphore<most_in_flight> free(in_flight);
  std::vector<double> seconds(batches().size());
  for (std::size_t i = 0; i < batches().size(); ++i) {
    free.acquire();
    const auto sent = Clock::now();
    store.consume(batches()[i], [&free, sent, &took = seconds[i]](const Expected<otlp::Receipt>& receipt) {
      if (!receipt) std::abort();
      took = std::chrono::duration<double>(Clock::now() - sent).count();
      free.release();
    });
  }
  for (std::ptrdiff_t i = 0; i < in_flight; ++i) free.acquire();
  std::ranges::sort(seconds);
  return seconds;
}

/// Until everything is acknowledged and folded into the database file.
void append_durably(benchmark::State& state) {
  double cpu = 0;
  std::uintmax_t bytes = 0;
  std::vector<double> latencies;
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<TemporaryStore> store(std::in_place);
    static_cast<void>(batches());
    const double before = cpu_seconds();
    state.ResumeTiming();
    latencies = append(**store, state.range(0));
    bytes = store->close_and_measure();
    state.PauseTiming();
    cpu += cpu_seconds() - before;
    store.reset();
    state.ResumeTiming();
  }
  constexpr double spans = spans_per_batch * batch_count;
  const auto runs = static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(runs * spans));
  state.counters["cpu_s_per_million"] = cpu / runs / spans * 1e6;
  state.counters["bytes_per_span"] = static_cast<double>(bytes) / spans;
  state.counters["p50_ms"] = latencies[latencies.size() / 2] * 1e3;
  state.counters["p99_ms"] = latencies[latencies.size() * 99 / 100] * 1e3;
}
BENCHMARK(append_durably)->Arg(1)->Arg(8)->Arg(64)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A store that has all batches, for the benchmarks that read.
Store& full_store() {
  static const TemporaryStore store;
  static const bool is_full = !append(*store, most_in_flight).empty();
  benchmark::DoNotOptimize(is_full);
  return *store;
}

void list_newest(benchmark::State& state) {
  Store& store = full_store();
  for (auto _ : state) benchmark::DoNotOptimize(store.find_traces({}));
}
BENCHMARK(list_newest)->Unit(benchmark::kMillisecond);

void list_by_attribute(benchmark::State& state) {
  Store& store = full_store();
  const TraceFilter filter{.attributes = {{"user.id", "user-77"}}};
  for (auto _ : state) benchmark::DoNotOptimize(store.find_traces(filter));
}
BENCHMARK(list_by_attribute)->Unit(benchmark::kMillisecond);

/// Has to look at everything.
void list_by_what_is_not_there(benchmark::State& state) {
  Store& store = full_store();
  const TraceFilter filter{.attributes = {{"user.id", "nobody"}}};
  for (auto _ : state) benchmark::DoNotOptimize(store.find_traces(filter));
}
BENCHMARK(list_by_what_is_not_there)->Unit(benchmark::kMillisecond);

void trace_by_id(benchmark::State& state) {
  Store& store = full_store();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(store.trace(batches()[i++ * 31 % batch_count]->items.front().trace_id));
  }
}
BENCHMARK(trace_by_id)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sonde::store
