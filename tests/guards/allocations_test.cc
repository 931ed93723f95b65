// Recording allocates nothing once it has warmed up: neither on the thread that records nor on the one that
// exports. Every allocation of the process is counted, by standing in for malloc, on which operator new
// stands.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "genai/benchmark_work.h"
#include "sdk/benchmark_work.h"

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);
extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);

namespace {
constinit std::atomic<std::uint64_t> allocations{0};
void count() noexcept { allocations.fetch_add(1, std::memory_order_relaxed); }
}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t items, std::size_t size) {
  count();
  return __libc_calloc(items, size);
}
void* realloc(void* memory, std::size_t size) {
  count();
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
}

namespace {

using namespace sonde::benchmarks;

/// Goes round in all the memory that queues keep.
constexpr int warm_up = 100;

/// Allocations of the whole process in a thousand bursts of that work, after some to warm up.
template <class Signal, class Work>
std::uint64_t allocations_of(Signal& signal, Work work) {
  const auto record = [&](int bursts) {
    for (int b = 0; b < bursts; ++b) {
      for (int i = 0; i < burst; ++i) work();
      signal.flush();
    }
  };
  record(warm_up);
  const std::uint64_t before = allocations.load();
  record(1'000);
  return allocations.load() - before;
}

class AllocationsOf : public testing::TestWithParam<Case> {};

TEST(AllocationCounter, SeesWhatNewTakes) {
  const std::uint64_t before = allocations.load();
  const std::string long_enough(1'000, 'x');
  EXPECT_EQ(allocations.load() - before, 1U);
  EXPECT_EQ(long_enough.size(), 1'000U);
}

TEST_P(AllocationsOf, AreNoneInTheSteadyState) {
  Tracing tracing;
  EXPECT_EQ(allocations_of(tracing, [&] { GetParam().work(tracing.tracer); }), 0U);
  EXPECT_EQ(tracing.dropped(), 0U);
  EXPECT_GT(tracing.exported(), 0U);
}
INSTANTIATE_TEST_SUITE_P(Spans, AllocationsOf, testing::ValuesIn(span_cases),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Allocations, AreNoneWithoutAProvider) {
  Tracing tracing;
  const sonde::Tracer nobody = sonde::get_tracer("nobody");
  EXPECT_EQ(allocations_of(tracing, [&] { start_set_end_span(nobody); }), 0U);
}

TEST(Allocations, AreNoneForALogRecord) {
  Logging logging;
  EXPECT_EQ(allocations_of(logging, [&] { log_record(logging.logger); }), 0U);
  EXPECT_EQ(logging.exported(), (1'000U + warm_up) * burst);
}

TEST(Allocations, AreNoneForAMeasurement) {
  Tracing tracing;  // has nothing to flush
  const Measuring measuring;
  const auto bound_counter = measuring.counter.bind({{"gen_ai.request.model", "gpt-4o-mini"}});
  EXPECT_EQ(allocations_of(tracing, [&] { counter_add(measuring.counter); }), 0U);
  EXPECT_EQ(allocations_of(tracing, [&] { bound_counter.add(1); }), 0U);
  EXPECT_EQ(allocations_of(tracing, [&] { histogram_record(measuring.histogram); }), 0U);
}

/// Allocations a call, where some are expected. Full batches, which are large here, add a few to them all.
template <class Work>
std::uint64_t allocations_a_call(sonde::genai::benchmarks::Recording& recording, Work work) {
  return allocations_of(recording, work) / (1'000U * burst);
}

TEST(Allocations, OfAModelCallAreOneForItsState) {
  sonde::genai::benchmarks::Recording recording;
  EXPECT_EQ(allocations_a_call(recording, [&] { sonde::genai::benchmarks::chat(recording); }), 1U);
}

TEST(Allocations, OfAModelCallsMessagesAreTwoForTheirLists) {
  sonde::genai::benchmarks::Recording recording(sonde::genai::ContentCapture::span);
  EXPECT_EQ(allocations_a_call(recording, [&] { sonde::genai::benchmarks::chat_with_content(recording); }),
            1U + 2U);
}

TEST(Allocations, AreNoneForAChunkOfAStream) {
  sonde::genai::benchmarks::Recording recording;
  sonde::genai::InferenceStream stream(sonde::genai::benchmarks::start_chat(recording.instrumentation));
  EXPECT_EQ(allocations_of(recording, [&] { stream.on_chunk(); }), 0U);
}

TEST(Allocations, AreNoneForASpanThatIsSampledOut) {
  Tracing tracing(std::make_unique<sonde::AlwaysOffSampler>());
  EXPECT_EQ(allocations_of(tracing, [&] { start_set_end_span(tracing.tracer); }), 0U);
  EXPECT_EQ(tracing.exported(), 0U);
}

}  // namespace
