#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/metrics/testing/collected.h"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::Collected;
using test::TestMetrics;

constexpr std::chrono::seconds patience{20};

/// What an exporter was given, and how it should answer.
struct Exports {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<MetricRequest> requests;
  ExportResult result;
  bool is_stuck = false;
  bool is_cancelled = false;

  [[nodiscard]] bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [&] { return requests.size() >= count; });
  }
};

class FakeExporter final : public MetricExporter {
 public:
  explicit FakeExporter(std::shared_ptr<Exports> exports) : exports_(std::move(exports)) {}
  ExportResult export_batch(const MetricBatch& batch, Deadline /*deadline*/) noexcept override {
    std::unique_lock lock(exports_->mutex);
    exports_->requests.push_back({std::string(batch.otlp_request()), batch.size()});
    exports_->changed.notify_all();
    exports_->changed.wait(lock, [this] { return !exports_->is_stuck || exports_->is_cancelled; });
    return exports_->result;
  }
  void cancel() noexcept override {
    const std::lock_guard lock(exports_->mutex);
    exports_->is_cancelled = true;
    exports_->changed.notify_all();
  }
  AggregationTemporality temporality(InstrumentKind kind) const noexcept override {
    return temporality_of(TemporalityPreference::delta, kind);
  }

 private:
  std::shared_ptr<Exports> exports_;
};

struct Periodic {
  explicit Periodic(const PeriodicReaderOptions& options = {.interval = std::chrono::hours(1)}) {
    reader = std::make_shared<PeriodicMetricReader>(std::make_unique<FakeExporter>(exports), options);
    MeterProviderOptions provider_options;
    provider_options.readers.push_back(reader);
    provider = std::make_unique<MeterProvider>(std::move(provider_options));
    counter = provider->get_meter("test").create_counter("requests");
  }
  [[nodiscard]] std::int64_t exported_sum() const {
    const std::lock_guard lock(exports->mutex);
    std::int64_t sum = 0;
    for (const auto& point : Collected(exports->requests).numbers("requests"))
      sum += point.value().as_integer();
    return sum;
  }

  std::shared_ptr<Exports> exports = std::make_shared<Exports>();
  std::shared_ptr<PeriodicMetricReader> reader;
  std::unique_ptr<MeterProvider> provider;
  Counter<std::int64_t> counter;
};

TEST(PeriodicMetricReader, ExportsAtIntervals) {
  Periodic periodic({.interval = milliseconds(5)});
  periodic.counter.add(1);
  ASSERT_TRUE(periodic.exports->wait_for(1));
  periodic.counter.add(2);
  ASSERT_TRUE(periodic.exports->wait_for(2));
  EXPECT_EQ(periodic.exported_sum(), 3);
}

TEST(PeriodicMetricReader, ExportsWhenFlushedAndForTheLastTimeAtShutdown) {
  Periodic periodic;
  periodic.counter.add(1);
  EXPECT_TRUE(periodic.provider->force_flush());
  EXPECT_EQ(periodic.exported_sum(), 1);
  periodic.counter.add(2);
  EXPECT_TRUE(periodic.provider->shutdown());
  EXPECT_EQ(periodic.exported_sum(), 3);
  EXPECT_EQ(periodic.reader->exported(), 2);
  periodic.counter.add(4);
  EXPECT_FALSE(periodic.counter.is_enabled());
  EXPECT_TRUE(periodic.provider->force_flush());
  EXPECT_TRUE(periodic.provider->shutdown());
  EXPECT_EQ(periodic.exported_sum(), 3);
}

TEST(PeriodicMetricReader, TakesTemporalityFromItsExporter) {
  Periodic periodic;
  EXPECT_EQ(periodic.reader->temporality(InstrumentKind::counter), AggregationTemporality::delta);
  EXPECT_EQ(periodic.reader->temporality(InstrumentKind::up_down_counter),
            AggregationTemporality::cumulative);
}

TEST(PeriodicMetricReader, CountsAndReportsWhatIsNotDelivered) {
  std::string said;
  detail::set_diagnostic_handler([&](std::string_view text) { said += text; });
  Periodic periodic;
  periodic.exports->result = {.delivered = false, .message = "no route"};
  periodic.counter.add(1);
  EXPECT_FALSE(periodic.provider->force_flush());
  EXPECT_EQ(periodic.reader->dropped(), 1);
  periodic.exports->result = {.delivered = true, .rejected = 1};
  periodic.counter.add(1);
  periodic.counter.add(1, {{"model", "a"}});
  EXPECT_TRUE(periodic.provider->force_flush());
  EXPECT_EQ(periodic.reader->dropped(), 2);
  EXPECT_EQ(periodic.reader->exported(), 1);
  detail::set_diagnostic_handler({});
  EXPECT_NE(said.find("1 metric data points were not delivered: no route"), std::string::npos) << said;
}

TEST(PeriodicMetricReader, KeepsItsDeadlinesWhenTheExporterIsStuck) {
  Periodic periodic;
  periodic.exports->is_stuck = true;
  periodic.counter.add(1);
  EXPECT_FALSE(periodic.provider->force_flush(milliseconds(20)));
  EXPECT_FALSE(periodic.provider->shutdown(milliseconds(20)));
  EXPECT_TRUE(periodic.exports->is_cancelled);
}

TEST(PeriodicMetricReader, SplitsWhatIsTooMuchForOneRequest) {
  Periodic periodic({.interval = std::chrono::hours(1), .request = {.data_points = 10}});
  for (int i = 0; i < 25; ++i) periodic.counter.add(1, {{"user", i}});
  const auto second = periodic.provider->get_meter("other").create_counter("requests");
  for (int i = 0; i < 7; ++i) second.add(1, {{"user", i}});
  EXPECT_TRUE(periodic.provider->force_flush());
  std::vector<std::size_t> sizes;
  for (const MetricRequest& request : periodic.exports->requests) {
    sizes.push_back(request.data_points);
    std::size_t points = 0;
    request.batch().for_each([&](const InstrumentationScope&, const MetricView& metric) {
      for (const NumberPointView point : metric.numbers())
        points += point.value().as_integer() == 1 ? 1u : 0u;
    });
    EXPECT_EQ(points, request.data_points);
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 10, 2}));
  EXPECT_EQ(periodic.exported_sum(), 32);
}

TEST(PeriodicMetricReader, KeepsRequestsWithinTheirBytes) {
  Periodic periodic({.interval = std::chrono::hours(1), .request = {.bytes = 4'000}});
  for (int i = 0; i < 200; ++i) periodic.counter.add(1, {{"user", i}, {"text", std::string(100, 'x')}});
  periodic.counter.add(1, {{"text", std::string(10'000, 'x')}});
  EXPECT_TRUE(periodic.provider->force_flush());
  std::size_t giants = 0;
  for (const MetricRequest& request : periodic.exports->requests) {
    if (request.otlp.size() <= 4'000) continue;
    ++giants;
    EXPECT_EQ(request.data_points, 1) << "one that does not fit goes alone";
  }
  EXPECT_EQ(giants, 1);
  EXPECT_EQ(periodic.exported_sum(), 201);
}

#if !defined(__SANITIZE_THREAD__)  // which does not know threads that start after a fork
/// Writes the sum it was given to a pipe: locks of the parent's mean nothing in the child.
class PipeExporter final : public MetricExporter {
 public:
  explicit PipeExporter(int pipe) : pipe_(pipe) {}
  ExportResult export_batch(const MetricBatch& batch, Deadline /*deadline*/) noexcept override {
    std::int64_t sum = 0;
    batch.for_each([&](const InstrumentationScope&, const MetricView& metric) {
      for (const NumberPointView point : metric.numbers()) sum += point.value().as_integer();
    });
    const ssize_t written = write(pipe_, &sum, sizeof sum);
    return {.delivered = written == sizeof sum};
  }

 private:
  int pipe_;
};

TEST(PeriodicMetricReader, ExportsFromAForkedChildWhatTheChildMeasured) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  MeterProviderOptions options;
  options.readers.push_back(std::make_shared<PeriodicMetricReader>(
      std::make_unique<PipeExporter>(ends[1]), PeriodicReaderOptions{.interval = std::chrono::hours(1)}));
  MeterProvider provider(std::move(options));
  const auto counter = provider.get_meter("test").create_counter("requests");
  const auto bound = counter.bind({{"kind", "bound"}});
  std::atomic<bool> is_over{false};
  std::thread busy([&] {
    while (!is_over) counter.add(1'000'000, {{"thread", "busy"}});
  });
  counter.add(1'000'000);
  bound.add(1'000'000);
  const pid_t child = fork();
  if (child == 0) {
    bound.add(3);
    counter.add(4);
    std::thread([&] { counter.add(5); }).join();
    _exit(provider.force_flush(std::chrono::seconds(10)) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  is_over = true;
  busy.join();
  EXPECT_EQ(status, 0);
  std::int64_t sum = 0;
  ASSERT_EQ(read(ends[0], &sum, sizeof sum), static_cast<ssize_t>(sizeof sum));
  EXPECT_EQ(sum, 12);
  EXPECT_TRUE(provider.force_flush());
  ASSERT_EQ(read(ends[0], &sum, sizeof sum), static_cast<ssize_t>(sizeof sum));
  EXPECT_GE(sum, 2'000'000);
  EXPECT_EQ(sum % 1'000'000, 0);
  provider.shutdown();
  close(ends[0]);
  close(ends[1]);
}
#endif

TEST(MetricReader, BelongsToOneProvider) {
  TestMetrics metrics;
  detail::set_diagnostic_handler([](std::string_view) {});
  MeterProviderOptions options;
  options.readers.push_back(metrics.reader);
  const MeterProvider second(std::move(options));
  detail::set_diagnostic_handler({});
  metrics.meter.create_counter("requests").add(1);
  EXPECT_EQ(metrics.collect().integer("requests"), 1);
}

TEST(MetricReader, WithoutAProviderCollectsNothing) {
  EXPECT_TRUE(ManualMetricReader().collect().empty());
  TestMetrics metrics;
  metrics.meter.create_counter("requests").add(1);
  metrics.provider->shutdown();
  EXPECT_TRUE(metrics.collect().requests().empty());
}

}  // namespace
}  // namespace sonde
