// An application goes on recording at a steady pace while its collector does everything that collectors do on
// bad days. Every span is delivered exactly once, or counted as dropped, and no recording call waits for any
// of it.
//
// "Exactly once" is about what the collector answers for: this one never takes a request whose answer it then
// loses, because no protocol without a memory on both sides can get that right.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/otlp_exporter.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"
#ifdef SONDE_HAS_GRPC_TEST_SERVER
#include "sdk_support/grpc_test_server.h"
#include "sdk_support/resetting_front.h"
#endif

namespace sonde {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What the collector does with one request.
enum class Whim : std::uint8_t {
  accept,
  accept_late,
  accept_half,      ///< Partial success: the first half is refused for good.
  busy,             ///< To be tried again, whenever.
  busy_until_soon,  ///< To be tried again after a time that it names.
  busy_for_long,    ///< The same, but longer than the exporter may wait.
  reset,
  garbage,  ///< HTTP only, as is the one below.
  cut_off,  ///< An answer that ends in the midst of its body.
  stall,    ///< No answer at all.
};

/// Decides, and keeps what it has taken. Which whims come when depends on the seed alone.
class Collector {
 public:
  Collector(unsigned seed, std::vector<Whim> whims) : random_(seed), whims_(std::move(whims)) {}

  /// Spans that it never takes: what is in a request of theirs is refused for its content.
  static constexpr std::string_view poison = "poison";
  /// Requests that are larger are refused for their size.
  static constexpr std::size_t max_bytes = 100'000;

  struct Decision {
    enum class Refusal : std::uint8_t { none, content, size } refusal = Refusal::none;
    Whim whim = Whim::accept;
    std::size_t rejected = 0;  ///< Of accept_half.
  };

  Decision receive(std::string_view request) {
    std::vector<SpanId> spans;
    Decision decision;
    SpanBatch(request, 0).for_each([&](const InstrumentationScope&, const SpanView& span) {
      spans.push_back(span.span_id());
      if (span.name() == poison) decision.refusal = Decision::Refusal::content;
    });
    if (request.size() > max_bytes) decision.refusal = Decision::Refusal::size;
    const std::lock_guard lock(mutex_);
    if (decision.refusal != Decision::Refusal::none) return decision;
    decision.whim = next_whim();
    ++seen_[decision.whim];
    if (decision.whim == Whim::accept_half) decision.rejected = spans.size() / 2;
    const bool accepts = decision.whim <= Whim::accept_half;
    if (accepts) {
      taken_.insert(taken_.end(), spans.begin() + static_cast<std::ptrdiff_t>(decision.rejected),
                    spans.end());
    }
    return decision;
  }

  void calm_down() {
    const std::lock_guard lock(mutex_);
    is_calm_ = true;
  }

  [[nodiscard]] std::vector<SpanId> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  /// How many of its whims have come up.
  [[nodiscard]] std::size_t whims_seen() {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }

 private:
  Whim next_whim() {
    if (is_calm_ || random_() % 2 == 0) return Whim::accept;
    const Whim whim = whims_[random_() % whims_.size()];
    // Each of these costs the exporter its whole timeout, so a few are enough.
    const bool is_costly = whim == Whim::stall || whim == Whim::busy_for_long;
    return is_costly && seen_[whim] >= 2 ? Whim::busy : whim;
  }

  std::mutex mutex_;
  std::mt19937 random_;
  const std::vector<Whim> whims_;
  bool is_calm_ = false;
  std::vector<SpanId> taken_;
  std::map<Whim, int> seen_;
};

/// An Export*ServiceResponse.
std::string response_rejecting(std::size_t spans) {
  if (spans == 0) return {};
  return test::delimited(1, std::string{8, static_cast<char>(spans)} + test::delimited(2, "no room"));
}

std::string http_date_in_a_moment() {
  std::array<char, 64> text{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

test::RawHttpServer::Script http_script(Collector& collector) {
  return
      [&collector](const test::RawHttpServer::Request& request, test::RawHttpServer::Connection& connection) {
        const Collector::Decision decision = collector.receive(request.body);
        using Refusal = Collector::Decision::Refusal;
        if (decision.refusal == Refusal::content)
          return connection.send(test::http_answer("400 Bad Request"));
        if (decision.refusal == Refusal::size)
          return connection.send(test::http_answer("413 Content Too Large"));
        const bool is_even = request.number % 2 == 0;
        switch (decision.whim) {
          case Whim::accept_late: std::this_thread::sleep_for(50ms); [[fallthrough]];
          case Whim::accept:
          case Whim::accept_half:
            return connection.send(test::http_answer("200 OK", {{"Content-Type", "application/x-protobuf"}},
                                                     response_rejecting(decision.rejected)));
          case Whim::busy:
            return connection.send(
                test::http_answer(is_even ? "429 Too Many Requests" : "503 Service Unavailable"));
          case Whim::busy_until_soon:
            return connection.send(
                test::http_answer("503 Service Unavailable",
                                  {{"Retry-After", is_even ? std::string("0") : http_date_in_a_moment()}}));
          case Whim::busy_for_long:
            return connection.send(test::http_answer("429 Too Many Requests", {{"Retry-After", "3600"}}));
          case Whim::reset: return connection.reset();
          case Whim::garbage:
            connection.send("\x16\x03\x01 this is no HTTP\r\n\r\n");
            return connection.close();
          case Whim::cut_off:
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 50\r\n\r\nhalf");
            return connection.close();
          case Whim::stall: return connection.stall();
        }
      };
}

/// What the recording calls cost the application.
struct Costs {
  std::vector<double> microseconds;  ///< Of each, by the clock on the wall.
  double longest_cpu_microseconds = 0;
  long waits = 0;  ///< How often the thread gave up the processor in a recording call.

  void add(const Costs& other) {
    microseconds.insert(microseconds.end(), other.microseconds.begin(), other.microseconds.end());
    longest_cpu_microseconds = std::max(longest_cpu_microseconds, other.longest_cpu_microseconds);
    waits += other.waits;
  }
  [[nodiscard]] double percentile(double share) {
    std::sort(microseconds.begin(), microseconds.end());
    return microseconds[static_cast<std::size_t>(share * static_cast<double>(microseconds.size() - 1))];
  }
};

double thread_cpu_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

long voluntary_waits() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

/// Records at a steady pace, one span a millisecond, among them some that will be refused, until `is_over`.
void run_application(const Tracer& tracer, int thread, const std::function<bool(int)>& is_over,
                     std::vector<SpanId>& recorded, Costs& costs) {
  const std::string giant(2 * Collector::max_bytes, 'x');
  auto next = Clock::now();
  for (int i = 0; !is_over(i); ++i) {
    std::this_thread::sleep_until(next += 1ms);
    const bool is_poison = i % 400 == 100 + thread;
    const bool is_giant = i % 700 == 300 + thread;
    const long waits = voluntary_waits();
    const double cpu = thread_cpu_microseconds();
    const auto started = Clock::now();
    {
      Span span = tracer.start_span(is_poison ? Collector::poison : "chat gpt-4o");
      span.set_attribute("gen_ai.request.model", "gpt-4o");
      span.set_attribute("gen_ai.usage.input_tokens", i);
      if (is_giant) span.set_attribute("prompt", giant);
      span.add_event("first token");
      recorded.push_back(span.context().span_id());
    }
    costs.microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - started).count());
    costs.longest_cpu_microseconds =
        std::max(costs.longest_cpu_microseconds, thread_cpu_microseconds() - cpu);
    costs.waits += voluntary_waits() - waits;
  }
}

void expect_every_span_delivered_once_or_counted(Collector& collector, std::size_t whims,
                                                 const OtlpExporterOptions& exporter_options) {
  std::vector<std::string> problems;
  auto exporter = make_otlp_span_exporter(exporter_options, problems);
  ASSERT_TRUE(exporter) << exporter.error().message;
  auto owned = std::make_unique<BatchSpanProcessor>(
      *std::move(exporter),
      BatchOptions{.schedule_delay = 20ms, .max_queue_size = 1'000, .max_export_batch_size = 50});
  const BatchSpanProcessor& processor = *owned;
  TracerProviderOptions options;
  options.processors.push_back(std::move(owned));
  TracerProvider provider(std::move(options));
  const Tracer tracer = provider.get_tracer("chaos");

  // Long enough for every whim to have come up, and for a few thousand spans.
  const auto end = Clock::now() + test::long_time;
  const auto is_over = [&](int spans) {
    return (spans > 4'000 && collector.whims_seen() == whims) || Clock::now() > end;
  };
  constexpr int threads = 2;
  std::array<std::vector<SpanId>, threads> recorded;
  std::array<Costs, threads> costs;
  std::vector<std::thread> application;
  for (int i = 0; i < threads; ++i) {
    const auto place = static_cast<std::size_t>(i);
    application.emplace_back(
        [&, i, place] { run_application(tracer, i, is_over, recorded[place], costs[place]); });
  }
  for (std::thread& thread : application) thread.join();
  collector.calm_down();
  ASSERT_TRUE(provider.force_flush(test::long_time));
  recorded[0].push_back(tracer.start_span("when all is well again").context().span_id());
  ASSERT_TRUE(provider.force_flush(test::long_time));

  const ProcessorStatistics statistics = processor.statistics();
  std::set<SpanId> all;
  for (const auto& ids : recorded) all.insert(ids.begin(), ids.end());
  const std::vector<SpanId> taken = collector.taken();
  const std::set<SpanId> distinct(taken.begin(), taken.end());
  EXPECT_EQ(distinct.size(), taken.size()) << "a span was delivered twice";
  EXPECT_TRUE(std::includes(all.begin(), all.end(), distinct.begin(), distinct.end()));
  EXPECT_EQ(statistics.queue_size, 0u);
  EXPECT_EQ(statistics.exported, distinct.size());
  EXPECT_EQ(statistics.exported + statistics.dropped(), all.size());
  EXPECT_GT(statistics.rejected, 0u);
  EXPECT_GT(statistics.too_large, 0u);
  EXPECT_GT(statistics.export_failed, 0u);
  EXPECT_TRUE(distinct.contains(recorded[0].back())) << "the exporter recovers";
  EXPECT_EQ(collector.whims_seen(), whims) << "each way to fail came up";

  Costs cost;
  for (const Costs& of_thread : costs) cost.add(of_thread);
  std::printf(
      "recorded %zu, delivered %zu, dropped: %lu queue full, %lu failed, %lu rejected, %lu too large\n"
      "a recorded span: median %.1f us, p99 %.1f us, longest %.1f us (%.1f us of processor time); "
      "%ld waits\n",
      all.size(), distinct.size(), statistics.queue_full, statistics.export_failed, statistics.rejected,
      statistics.too_large, cost.percentile(0.5), cost.percentile(0.99), cost.percentile(1),
      cost.longest_cpu_microseconds, cost.waits);
  // A stall lasts for seconds, in which thousands of spans are recorded: a call that waited for it would
  // show.
  EXPECT_LT(cost.waits, static_cast<long>(all.size() / 100));
}

TEST(Chaos, OverHttp) {
  const std::vector<Whim> whims = {Whim::accept_late,     Whim::accept_half,   Whim::busy,
                                   Whim::busy_until_soon, Whim::busy_for_long, Whim::reset,
                                   Whim::garbage,         Whim::cut_off,       Whim::stall};
  Collector collector(20'261'124, whims);
  test::RawHttpServer server(http_script(collector));
  expect_every_span_delivered_once_or_counted(
      collector, whims.size() + 1,
      {.endpoint = "http://127.0.0.1:" + std::to_string(server.port()),
       .protocol = OtlpProtocol::http_protobuf,
       .timeout = 1500ms,
       .retry = test::eager});
}

#ifdef SONDE_HAS_GRPC_TEST_SERVER
test::GrpcTestServer::Answer grpc_script(Collector& collector,
                                         const std::atomic<test::ResettingFront*>& front) {
  return [&](const test::GrpcCall& call) -> std::optional<test::GrpcReply> {
    constexpr int invalid_argument = 3;
    constexpr int resource_exhausted = 8;
    constexpr int aborted = 10;
    constexpr int unavailable = 14;
    const Collector::Decision decision = collector.receive(call.message);
    using Refusal = Collector::Decision::Refusal;
    if (decision.refusal == Refusal::content) return test::GrpcReply{.code = invalid_argument};
    if (decision.refusal == Refusal::size) return test::GrpcReply{.code = resource_exhausted};
    const std::string soon = test::retry_info(test::one_millisecond);
    switch (decision.whim) {
      case Whim::accept_late: std::this_thread::sleep_for(50ms); [[fallthrough]];
      case Whim::accept:
      case Whim::accept_half: return test::GrpcReply{.message = response_rejecting(decision.rejected)};
      case Whim::busy: return test::GrpcReply{.code = call.message.size() % 2 == 0 ? unavailable : aborted};
      case Whim::busy_until_soon: return test::GrpcReply{.code = resource_exhausted, .details = soon};
      case Whim::busy_for_long:
        return test::GrpcReply{.code = unavailable, .details = test::retry_info("\x08\x64")};  // 100 seconds
      case Whim::reset: front.load()->reset_connections(); [[fallthrough]];
      default: return std::nullopt;
    }
  };
}

TEST(Chaos, OverGrpc) {
  const std::vector<Whim> whims = {Whim::accept_late,   Whim::accept_half, Whim::busy, Whim::busy_until_soon,
                                   Whim::busy_for_long, Whim::reset,       Whim::stall};
  Collector collector(20'261'124, whims);
  std::atomic<test::ResettingFront*> network{nullptr};
  test::GrpcTestServer server(grpc_script(collector, network));
  test::ResettingFront front(server.port());
  network = &front;
  expect_every_span_delivered_once_or_counted(collector, whims.size() + 1,
                                              {.endpoint = "http://127.0.0.1:" + std::to_string(front.port()),
                                               .protocol = OtlpProtocol::grpc,
                                               .timeout = 1500ms,
                                               .retry = test::eager});
}
#endif

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep memory of their own
long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Chaos, TakesTheMemoryItMayWhileTheCollectorIsStuckAndNoMore) {
  test::RawHttpServer server([](const auto&, auto& connection) { connection.stall(); });
  std::vector<std::string> problems;
  auto exporter = make_otlp_span_exporter(
      {.endpoint = server.url(""), .protocol = OtlpProtocol::http_protobuf}, problems);
  ASSERT_TRUE(exporter) << exporter.error().message;
  auto owned = std::make_unique<BatchSpanProcessor>(
      *std::move(exporter),
      BatchOptions{
          .max_queue_size = 100'000, .max_queue_bytes = 4u << 20, .max_export_batch_bytes = 1u << 20});
  const BatchSpanProcessor& processor = *owned;
  TracerProviderOptions options;
  options.processors.push_back(std::move(owned));
  TracerProvider provider(std::move(options));
  const Tracer tracer = provider.get_tracer("chaos");

  const std::string prompt(4'000, 'x');
  constexpr std::uint64_t spans = 20'000;  // 80 MB, were they all kept
  const long before = peak_kilobytes();
  for (std::uint64_t i = 0; i < spans; ++i) tracer.start_span("chat gpt-4o").set_attribute("prompt", prompt);
  // The queue, the request in the exporter's hands and in the server's, and what makes them.
  EXPECT_LT(peak_kilobytes() - before, 20'000);
  EXPECT_GT(processor.statistics().memory_full, spans / 2);
  provider.shutdown(50ms);
  const ProcessorStatistics statistics = processor.statistics();
  EXPECT_EQ(statistics.exported + statistics.dropped() + statistics.queue_size + statistics.in_flight, spans);
}
#endif

}  // namespace
}  // namespace sonde
