#include "sonde/spool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>

#include "base/clock.h"
#include "sdk/diagnostics.h"
#include "sdk/exporters/spool_directory.h"
#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"
#include "sdk_support/temporary_directory.h"
#include "sonde/otlp_exporter.hpp"

namespace sonde {
namespace {

using namespace std::chrono_literals;
using sonde::test::later;
using sonde::test::long_time;
using sonde::test::patience;
using sonde::test::request_of_spans;
using sonde::test::TemporaryDirectory;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Clock = std::chrono::steady_clock;

/// A receiver, or its absence. Shared by the exporter that is given away and the test.
class Receiver {
 public:
  using Answer = std::function<ExportResult(const std::string& request)>;

  static ExportResult away() { return {.delivered = false, .message = "away"}; }
  static ExportResult taken() { return {}; }

  ExportResult receive(const std::string& request) {
    std::unique_lock lock(mutex_);
    ++attempts_;
    ExportResult result = answer_ ? answer_(request) : taken();
    if (result.delivered) received_.push_back(request);
    changed_.notify_all();
    return result;
  }
  void answer(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  [[nodiscard]] std::vector<std::string> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  /// What has been received when that is `count` requests, or at the end of the patience.
  [[nodiscard]] std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return received_.size() >= count; });
    return received_;
  }
  [[nodiscard]] bool wait_for_attempts(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return attempts_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Answer answer_;
  std::vector<std::string> received_;
  int attempts_ = 0;
};

class ReceivingExporter final : public SpanExporter {
 public:
  explicit ReceivingExporter(std::shared_ptr<Receiver> receiver) : receiver_(std::move(receiver)) {}
  ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
    return receiver_->receive(std::string(batch.otlp_request()));
  }

 private:
  std::shared_ptr<Receiver> receiver_;
};

ExportResult put(SpanExporter& spool, const std::string& request, std::size_t items = 1) {
  return spool.export_batch(SpanBatch(request, items), later());
}

class SpoolTest : public testing::Test {
 protected:
  SpoolOptions options() const {
    return {.directory = directory.path("spool"), .retry_delay = 1ms, .monitor = monitor};
  }
  std::unique_ptr<SpanExporter> make(const SpoolOptions& options) {
    auto spool = make_spooled_exporter(std::make_unique<ReceivingExporter>(receiver), options);
    if (!spool) throw std::runtime_error(spool.error().message);
    return *std::move(spool);
  }
  std::unique_ptr<SpanExporter> make() { return make(options()); }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path("spool"))) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with(".lock")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  /// Until the files are `count`, or the end of the patience.
  std::vector<std::string> wait_for_files(std::size_t count) const {
    const auto end = Clock::now() + patience;
    while (files().size() != count && Clock::now() < end) std::this_thread::sleep_for(1ms);
    return files();
  }

  TemporaryDirectory directory;
  std::shared_ptr<Receiver> receiver = std::make_shared<Receiver>();
  std::shared_ptr<SpoolMonitor> monitor = std::make_shared<SpoolMonitor>();
};

TEST_F(SpoolTest, AReceiverThatAnswersGetsEveryBatchAndNothingStays) {
  {
    const auto spool = make();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(put(*spool, std::to_string(i), 2).delivered);
  }
  EXPECT_THAT(receiver->received(), ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_EQ(monitor->read().written, 20u);
  EXPECT_EQ(monitor->read().delivered, 20u);
}

TEST_F(SpoolTest, WhileTheReceiverIsAwayBatchesWaitAndThenGoInOrder) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  const auto spool = make();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(put(*spool, std::to_string(i)).delivered) << "in the spool's care";
  EXPECT_TRUE(receiver->wait_for_attempts(3));
  EXPECT_THAT(files(), SizeIs(20));
  receiver->answer({});
  const auto received = receiver->wait_for(20);
  ASSERT_EQ(received.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(received[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_THAT(wait_for_files(0), IsEmpty());
}

TEST_F(SpoolTest, NobodyWaitsForAReceiverThatIsAway) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  SpoolOptions patient = options();
  patient.retry_delay = std::chrono::hours(1);
  const auto spool = make(patient);
  const auto started = Clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(put(*spool, "request").delivered);
  EXPECT_LT(Clock::now() - started, long_time);
  EXPECT_THAT(files(), SizeIs(100));
}

TEST_F(SpoolTest, ARestartSendsWhatWasLeft) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  {
    const auto spool = make();
    for (const char* request : {"a", "b", "c"}) EXPECT_TRUE(put(*spool, request).delivered);
  }
  EXPECT_THAT(files(), SizeIs(3));
  receiver->answer({});
  const auto spool = make();
  EXPECT_THAT(receiver->wait_for(3), ElementsAre("a", "b", "c"));
  EXPECT_THAT(wait_for_files(0), IsEmpty());
}

TEST_F(SpoolTest, WhatWasAcceptedSurvivesAKilledProcess) {
  // The child tells through a pipe what the spool has accepted, until it is killed in the midst of it.
  std::set<std::string> accepted;
  for (int run = 0; run < 5; ++run) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      receiver->answer([](const std::string&) { return Receiver::away(); });
      const auto spool = make();
      for (std::uint32_t i = 0;; ++i) {
        const std::string request = std::to_string(run) + "-" + std::to_string(i) + std::string(10'000, '.');
        if (put(*spool, request).delivered && write(ends[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(ends[1]);
    std::uint32_t number = 0;
    while (read(ends[0], &number, sizeof number) == sizeof number) {
      accepted.insert(std::to_string(run) + "-" + std::to_string(number) + std::string(10'000, '.'));
      if (number == 20) kill(child, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
  }
  EXPECT_GE(accepted.size(), 5u * 21u);
  const auto spool = make();
  wait_for_files(0);
  const auto received = receiver->received();
  EXPECT_TRUE(std::is_sorted(received.begin(), received.end(), [](const auto& a, const auto& b) {
    return a.front() < b.front();
  })) << "the oldest process first";
  const std::set<std::string> distinct(received.begin(), received.end());
  EXPECT_EQ(distinct.size(), received.size()) << "each once";
  EXPECT_TRUE(std::includes(distinct.begin(), distinct.end(), accepted.begin(), accepted.end()));
  EXPECT_LE(distinct.size(), accepted.size() + 5) << "one may have been accepted and not told, each time";
}

TEST_F(SpoolTest, TheOldestGoWhenItIsFull) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  SpoolOptions small = options();
  small.max_bytes = 3 * sdk::SpoolDirectory::file_size("request 0");
  {
    const auto spool = make(small);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(put(*spool, "request " + std::to_string(i), 7).delivered);
    EXPECT_THAT(files(), SizeIs(3));
    const ExportResult too_large = put(*spool, std::string(small.max_bytes, 'x'));
    EXPECT_FALSE(too_large.delivered);
    EXPECT_EQ(too_large.failure, ExportFailure::too_large);
  }
  receiver->answer({});
  const auto spool = make(small);
  EXPECT_THAT(receiver->wait_for(3), ElementsAre("request 2", "request 3", "request 4"));
  EXPECT_EQ(monitor->read().written, 35u);
  EXPECT_EQ(monitor->read().full, 14u);
}

TEST_F(SpoolTest, WhatIsTooOldIsDroppedAndCounted) {
  const sdk::SpoolDirectory files_of_last_week(directory.path("spool"), sdk::Signal::traces, false);
  ASSERT_TRUE(files_of_last_week.open());
  const std::uint64_t week = 7ull * 24 * 3600 * 1'000'000'000;
  const std::string old = "0" + std::to_string(base::Clock::now() - week);
  ASSERT_TRUE(files_of_last_week.write(old + "-0000000001-1.5.35.traces", "old", 5));
  const auto spool = make();
  EXPECT_TRUE(put(*spool, "new").delivered);
  EXPECT_THAT(receiver->wait_for(1), ElementsAre("new"));
  EXPECT_THAT(wait_for_files(0), IsEmpty());
  EXPECT_EQ(monitor->read().expired, 5u);
}

TEST_F(SpoolTest, DamagedFilesAreSetAsideAndTheOthersGo) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  {
    const auto spool = make();
    for (const char* request : {"first", "second", "third", "fourth"}) put(*spool, request, 3);
  }
  const auto names = files();
  ASSERT_EQ(names.size(), 4u);
  {
    std::fstream first(directory.path("spool/" + names[0]));
    first.seekp(-1, std::ios::end);
    first << 'T';  // For "t".
    std::filesystem::resize_file(directory.path("spool/" + names[1]), 35);
  }
  std::vector<std::string> said;
  std::mutex said_mutex;
  detail::set_diagnostic_handler([&](std::string_view line) {
    const std::lock_guard lock(said_mutex);
    said.emplace_back(line);
  });
  receiver->answer({});
  {
    const auto spool = make();
    EXPECT_THAT(receiver->wait_for(2), ElementsAre("third", "fourth"));
  }
  detail::set_diagnostic_handler({});
  EXPECT_THAT(files(), ElementsAre(names[0] + ".damaged", names[1] + ".damaged"));
  EXPECT_EQ(monitor->read().damaged, 6u);
  EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr(names[0]), HasSubstr("damaged")), HasSubstr(names[1])));
}

TEST_F(SpoolTest, FilesThatAreNotItsOwnAreLeftAlone) {
  ASSERT_EQ(mkdir(directory.path("spool").c_str(), 0700), 0);
  for (const char* name : {"notes.txt", "1-2-3.4.5.logs", "x.traces", "1-2.traces", ".traces", "-.traces"}) {
    std::ofstream(directory.path("spool/") + name) << "text";
  }
  {
    const auto spool = make();
    EXPECT_TRUE(put(*spool, "request").delivered);
  }
  EXPECT_THAT(receiver->received(), ElementsAre("request"));
  EXPECT_THAT(files(), SizeIs(6));
}

TEST_F(SpoolTest, AResultThatIsKnownAtOnceIsTheProcessors) {
  const auto spool = make();
  ASSERT_TRUE(put(*spool, "first").delivered);
  receiver->answer([](const std::string&) { return ExportResult{.rejected = 2, .message = "too old"}; });
  const ExportResult partial = put(*spool, "partial", 5);
  EXPECT_TRUE(partial.delivered);
  EXPECT_EQ(partial.rejected, 2u);
  receiver->answer([](const std::string&) {
    return ExportResult{.delivered = false, .message = "too large", .failure = ExportFailure::too_large};
  });
  const ExportResult too_large = put(*spool, "too large", 4);
  EXPECT_FALSE(too_large.delivered);
  EXPECT_EQ(too_large.failure, ExportFailure::too_large);
  EXPECT_EQ(too_large.message, "too large");
  EXPECT_THAT(files(), IsEmpty()) << "the processor splits it, and comes again";
  EXPECT_EQ(monitor->read().delivered, 1u + 3u);
  EXPECT_EQ(monitor->read().rejected, 2u);
  EXPECT_EQ(monitor->read().refused, 4u);
}

TEST_F(SpoolTest, OneBadItemIsLostAloneThoughNobodyWaits) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  {
    const auto spool = make();
    put(*spool, request_of_spans({"a", "b", "bad", "c", "d", "e", "f"}), 7);
    put(*spool, request_of_spans({"g"}), 1);
  }
  receiver->answer([](const std::string& request) {
    if (request.find("bad") == std::string::npos) return Receiver::taken();
    return ExportResult{.delivered = false, .message = "bad", .failure = ExportFailure::invalid};
  });
  const auto spool = make();
  wait_for_files(0);
  std::string received;
  for (const std::string& request : receiver->received()) received += request;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    EXPECT_EQ(std::count(received.begin(), received.end(), *name), 1) << name;
  }
  EXPECT_EQ(monitor->read().delivered, 7u);
  EXPECT_EQ(monitor->read().refused, 1u);
}

TEST_F(SpoolTest, WhatIsRefusedForGoodHoldsNothingUp) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  {
    const auto spool = make();
    put(*spool, "refused", 9);
    put(*spool, "taken");
  }
  receiver->answer([](const std::string& request) {
    if (request == "taken") return Receiver::taken();
    return ExportResult{.delivered = false, .message = "no", .failure = ExportFailure::refused};
  });
  const auto spool = make();
  EXPECT_THAT(receiver->wait_for(1), ElementsAre("taken"));
  EXPECT_EQ(monitor->read().refused, 9u);
}

TEST_F(SpoolTest, ProcessesShareItAndAnotherTakesOverFromTheOneThatSends) {
  // The child holds the lock and sends nothing; this process adds its own.
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    receiver->answer([](const std::string&) { return Receiver::away(); });
    const auto spool = make();
    put(*spool, "child's");
    if (!receiver->wait_for_attempts(1) || write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const auto spool = make();
  EXPECT_TRUE(put(*spool, "parent's").delivered);
  EXPECT_TRUE(put(*spool, "parent's second").delivered);
  EXPECT_THAT(files(), SizeIs(3));
  EXPECT_THAT(receiver->received(), IsEmpty()) << "the child sends for all";
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_THAT(receiver->wait_for(3), ElementsAre("child's", "parent's", "parent's second"));
}

TEST_F(SpoolTest, AForkedChildWritesToItWhileItsParentSends) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "it does not know threads that start after a fork";
#endif
  receiver->answer([](const std::string&) { return Receiver::away(); });
  const auto spool = make();
  EXPECT_TRUE(put(*spool, "parent's").delivered);
  ASSERT_TRUE(receiver->wait_for_attempts(1));
  const pid_t child = fork();
  if (child == 0) {
    spool->after_fork();
    const bool delivered = put(*spool, "child's").delivered;
    _exit(delivered ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  receiver->answer({});
  EXPECT_THAT(receiver->wait_for(2), ElementsAre("parent's", "child's"));
}

TEST_F(SpoolTest, AChildThatLivesOnDoesNotKeepTheLockOfAParentThatEnded) {
  int test_is_alive[2] = {};
  ASSERT_EQ(pipe(test_is_alive), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    close(test_is_alive[1]);
    receiver->answer([](const std::string&) { return Receiver::away(); });
    const auto spool = make();
    put(*spool, "parent's");
    if (!receiver->wait_for_attempts(1)) _exit(1);
    if (fork() == 0) {
      char nothing = 0;
      static_cast<void>(read(test_is_alive[0], &nothing, 1));  // until its other end is closed
      _exit(0);
    }
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(parent, &status, 0), parent);
  ASSERT_EQ(status, 0);
  const auto spool = make();
  EXPECT_THAT(receiver->wait_for(1), ElementsAre("parent's"));
  close(test_is_alive[0]);
  close(test_is_alive[1]);
}

TEST_F(SpoolTest, HalfWrittenFilesOfEndedProcessesAreRemoved) {
  ASSERT_EQ(mkdir(directory.path("spool").c_str(), 0700), 0);
  const std::string path = directory.path("spool/.writing-1-2-1.1.50.traces");
  std::ofstream(path) << "half";
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - 1h);
  const auto spool = make();
  EXPECT_THAT(wait_for_files(0), IsEmpty());
}

TEST_F(SpoolTest, AFolderThatCannotBeUsedIsAnErrorThatNamesIt) {
  SpoolOptions nowhere = options();
  nowhere.directory = "/nowhere/spool";
  const auto spool = make_spooled_exporter(std::make_unique<ReceivingExporter>(receiver), nowhere);
  ASSERT_FALSE(spool);
  EXPECT_THAT(spool.error().message, AllOf(HasSubstr("/nowhere/spool"), HasSubstr("No such file")));
}

TEST_F(SpoolTest, WithoutItsFolderBatchesGoToTheReceiverDirectly) {
  const auto spool = make();
  std::error_code failure;  // the spool may make a file in it meanwhile
  do std::filesystem::remove_all(directory.path("spool"), failure);
  while (failure);
  EXPECT_TRUE(put(*spool, "request").delivered);
  EXPECT_THAT(receiver->received(), ElementsAre("request"));
  ASSERT_EQ(mkdir(directory.path("spool").c_str(), 0700), 0);
}

TEST_F(SpoolTest, CancellationEndsIt) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  const auto spool = make();
  put(*spool, "a");
  spool->cancel();
  EXPECT_TRUE(put(*spool, "b").delivered) << "still kept for the next process";
  EXPECT_THAT(files(), SizeIs(2));
}

TEST_F(SpoolTest, FilesAreForThisUserAlone) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  SpoolOptions flushed = options();
  flushed.flush_to_disk = true;
  const auto spool = make(flushed);
  put(*spool, "prompt");
  struct stat status {};
  ASSERT_EQ(stat(directory.path("spool").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(directory.path("spool/" + files().at(0)).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(SpoolTest, ADeadlineInThePastStillKeepsTheBatch) {
  receiver->answer([](const std::string&) { return Receiver::away(); });
  const auto spool = make();
  const std::string request = "late";
  EXPECT_TRUE(spool->export_batch(SpanBatch(request, 1), Clock::now() - 1s).delivered);
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(SpoolTest, OtlpWaitsInItForACollectorThatStartsLater) {
  std::uint16_t port = 0;
  {
    const test::RawHttpServer gone(test::answer("200 OK"));
    port = gone.port();
  }
  std::vector<std::string> problems;
  auto exporter = make_otlp_span_exporter(
      {.endpoint = "http://127.0.0.1:" + std::to_string(port), .timeout = 100ms}, problems);
  ASSERT_TRUE(exporter);
  auto spool = make_spooled_exporter(*std::move(exporter), options());
  ASSERT_TRUE(spool);
  EXPECT_TRUE(put(**spool, "first").delivered);
  EXPECT_TRUE(put(**spool, "second").delivered);
  test::RawHttpServer collector(test::answer("200 OK"), port);
  ASSERT_TRUE(collector.wait_for_requests(2));
  EXPECT_EQ(collector.requests()[0].body, "first");
  EXPECT_EQ(collector.requests()[1].body, "second");
}

}  // namespace
}  // namespace sonde
