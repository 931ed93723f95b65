// What is particular to the embedded store: its directory, its file, and what survives what.

#include "store/duckdb/duckdb_store.h"

#include <duckdb.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "store/testing/batches.h"

namespace sonde::store {
namespace {

using testing::add;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Spans;
using testing::trace_id;

constexpr std::uint64_t start = 1'790'000'000'000'000'000;
constexpr std::uint64_t crash_writer_spans = 20;  // a batch, see crash_writer.cc

class DuckDbStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sonde-store-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] DuckDbOptions options() const {
    DuckDbOptions options;
    options.directory = directory_;
    return options;
  }
  [[nodiscard]] std::filesystem::path file() const { return directory_ / "sonde.duckdb"; }
  /// Of what is not in the file yet; 0 if there is no log.
  [[nodiscard]] std::uintmax_t log_size() const {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file().string() + ".wal", error);
    return error ? 0 : size;
  }

  [[nodiscard]] static std::unique_ptr<Store> open(const DuckDbOptions& options) {
    auto store = open_duckdb(options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  [[nodiscard]] std::unique_ptr<Store> open() const { return open(options()); }

  static Error failure_of(const DuckDbOptions& options) {
    const auto store = open_duckdb(options);
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  static std::shared_ptr<const otlp::TraceBatch> batch_of(std::uint64_t trace, std::size_t text_size = 0) {
    Spans spans;
    otlp::Span& span = spans.add(trace, 1, 0, "span", start);
    const std::string text(text_size, 'x');
    if (text_size > 0) spans.set_attributes(span, {{"text", text}});
    return spans.finish();
  }

  /// Runs SQL on the closed store's file, as another program would.
  void change(const std::string& sql) const {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    ASSERT_EQ(duckdb_open(file().c_str(), &database), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
    EXPECT_EQ(duckdb_query(connection, sql.c_str(), nullptr), DuckDBSuccess) << sql;
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }

  std::filesystem::path directory_;
};

TEST_F(DuckDbStoreTest, ReplacesARunningSpanFromBeforeARestart) {
  for (const bool is_running : {true, false}) {
    const auto store = open();
    Spans spans;
    otlp::Span& span = spans.add(1, 1, 0, is_running ? "running" : "finished", start);
    if (is_running) span.end_time = 0;
    ASSERT_TRUE(add(*store, spans.finish()));
    const auto stored = store->trace(trace_id(1));
    ASSERT_TRUE(stored);
    ASSERT_EQ((*stored)->items.size(), 1U);
    EXPECT_EQ((*stored)->items[0].name, is_running ? "running" : "finished");
  }
}

/// The program that writes until it is killed.
class CrashWriter {
 public:
  CrashWriter(const std::filesystem::path& directory, std::uint64_t first, std::size_t checkpoint_bytes) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    std::string first_text = std::to_string(first);
    std::string checkpoint_text = std::to_string(checkpoint_bytes);
    std::string program = SONDE_STORE_CRASH_WRITER;
    std::string directory_text = directory.string();
    const std::array<char*, 5> arguments{program.data(), directory_text.data(), first_text.data(),
                                         checkpoint_text.data(), nullptr};
    // Not fork(): DuckDB's allocator takes more locks for it than ThreadSanitizer can count.
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
      process_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  CrashWriter(const CrashWriter&) = delete;
  CrashWriter& operator=(const CrashWriter&) = delete;
  ~CrashWriter() {
    kill();
    if (output_ != nullptr) std::fclose(output_);
  }

  /// The next number that was acknowledged, or 0 after the last.
  std::uint64_t next() {
    std::uint64_t number = 0;
    return std::fscanf(output_, "%lu", &number) == 1 ? number : 0;
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
};

TEST_F(DuckDbStoreTest, HasEveryAcknowledgedSpanAfterBeingKilled) {
  std::mt19937 random(std::random_device{}());
  std::vector<std::uint64_t> acknowledged;
  std::uint64_t first = 1;
  for (int round = 0; round < 10; ++round) {
    // Small logs are folded into the file all the time, large ones never: a kill meets both.
    const std::size_t checkpoint_bytes = round % 2 == 0 ? 200'000 : 200'000'000;
    CrashWriter writer(directory_, first, checkpoint_bytes);
    const std::uint64_t awaited = writer.next();
    ASSERT_NE(awaited, 0U) << "the writer did not start";
    acknowledged.push_back(awaited);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
    writer.kill();
    while (const std::uint64_t number = writer.next()) acknowledged.push_back(number);
    first = acknowledged.back() + 100;

    const auto store = open();
    ASSERT_NE(store, nullptr);
    const auto traces = store->find_traces({.limit = 1'000'000});
    ASSERT_TRUE(traces) << traces.error().message;
    std::set<TraceId> kept;
    for (const TraceSummary& trace : *traces) {
      ASSERT_EQ(trace.span_count, crash_writer_spans) << "half a batch";
      kept.insert(trace.trace_id);
    }
    for (const std::uint64_t number : acknowledged) {
      ASSERT_TRUE(kept.contains(trace_id(number))) << "batch " << number << " was acknowledged";
    }
  }
}

TEST_F(DuckDbStoreTest, KeepsEverythingWhenReopened) {
  const auto batch = testing::llm_spans(200, 1, start);
  {
    const auto store = open();
    ASSERT_TRUE(add(*store, batch));
  }
  const auto store = open();
  EXPECT_EQ(store->totals()->spans, 200U);
  EXPECT_THAT(*store->services(), ElementsAre("rag-api"));
  ASSERT_TRUE(add(*store, batch_of(1)));
  EXPECT_EQ(store->totals()->spans, 201U);
  const otlp::Span& expected = batch->items.front();
  const auto trace = store->trace(expected.trace_id);
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ((*trace)->items.size(), 4U);
  EXPECT_EQ(testing::describe((*trace)->items.front()), testing::describe(expected));
}

TEST_F(DuckDbStoreTest, JoinsATraceAcrossARestart) {
  for (std::uint64_t span = 1; span <= 2; ++span) {
    Spans spans;
    spans.add(1, span, span - 1, "span", start + span);
    const auto store = open();
    ASSERT_TRUE(add(*store, spans.finish()));
  }
  const auto store = open();
  EXPECT_EQ((*store->trace(trace_id(1)))->items.size(), 2U);
  ASSERT_EQ(store->find_traces({})->size(), 1U);
  EXPECT_EQ(store->operations("service")->size(), 1U);
}

TEST_F(DuckDbStoreTest, MakesTheDirectory) {
  DuckDbOptions deep = options();
  deep.directory /= "not/there/yet";
  const auto store = open(deep);
  ASSERT_TRUE(add(*store, batch_of(1)));
  EXPECT_TRUE(std::filesystem::exists(deep.directory / "sonde.duckdb"));
}

TEST_F(DuckDbStoreTest, SaysThatADirectoryCannotBeMade) {
  DuckDbOptions under_a_file = options();
  std::ofstream(directory_ / "file") << "x";
  under_a_file.directory /= "file";
  EXPECT_THAT(failure_of(under_a_file).message, HasSubstr(under_a_file.directory.string()));
  under_a_file.directory /= "below";
  EXPECT_THAT(failure_of(under_a_file).message, HasSubstr(under_a_file.directory.string()));
}

TEST_F(DuckDbStoreTest, SaysThatADirectoryCannotBeWritten) {
  // Not even root may write here.
  DuckDbOptions unwritable = options();
  unwritable.directory = "/proc/self/task";
  EXPECT_THAT(failure_of(unwritable).message, HasSubstr("cannot open the store in /proc/self/task: "));
}

TEST_F(DuckDbStoreTest, SaysThatANewerSondeWroteIt) {
  open()->close();
  change("UPDATE sonde_schema SET version = 999");
  const Error error = failure_of(options());
  EXPECT_EQ(error.code, ErrorCode::unimplemented);
  EXPECT_THAT(error.message, HasSubstr("newer Sonde"));
  EXPECT_THAT(error.message, HasSubstr("999"));
}

TEST_F(DuckDbStoreTest, LeavesTheDatabaseOfAnotherProgramAlone) {
  change("CREATE TABLE cats (name VARCHAR)");
  const Error error = failure_of(options());
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("another program"));
}

TEST_F(DuckDbStoreTest, SaysThatTheFileIsNoDatabase) {
  std::ofstream(file()) << std::string(50'000, 'x');
  const Error error = failure_of(options());
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("not a valid DuckDB database file"));
}

TEST_F(DuckDbStoreTest, SaysThatTheFileIsDamaged) {
  {
    const auto store = open();
    ASSERT_TRUE(add(*store, testing::llm_spans(4'000, 1, start)));
  }
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) / 2);
  const auto store = open_duckdb(options());
  if (store) {  // what is damaged may be found only when it is read
    const auto found = (*store)->find_traces({});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("sonde.duckdb"));
  } else {
    EXPECT_THAT(store.error().message, HasSubstr("sonde.duckdb"));
  }
}

TEST_F(DuckDbStoreTest, SaysWhichProcessHasItOpen) {
  CrashWriter writer(directory_, 1, 1'000'000);
  ASSERT_NE(writer.next(), 0U);
  for (const bool read_only : {false, true}) {
    DuckDbOptions second = options();
    second.read_only = read_only;
    const Error error = failure_of(second);
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr(std::to_string(writer.process())));
  }
}

TEST_F(DuckDbStoreTest, ReadsAStoreThatACrashLeftWithoutChangingIt) {
  std::uint64_t last = 0;
  {
    CrashWriter writer(directory_, 1, 100'000'000);
    for (int i = 0; i < 20; ++i) last = writer.next();
  }
  ASSERT_NE(last, 0U);
  const std::uintmax_t before = log_size();
  EXPECT_GT(before, 0U);
  DuckDbOptions read_only = options();
  read_only.read_only = true;
  {
    const auto store = open(read_only);
    EXPECT_EQ((*store->trace(trace_id(last)))->items.size(), crash_writer_spans);
    const auto receipt = add(*store, batch_of(1));
    ASSERT_FALSE(receipt);
    EXPECT_EQ(receipt.error().code, ErrorCode::permission_denied);
  }
  EXPECT_EQ(log_size(), before);
}

TEST_F(DuckDbStoreTest, HasNothingToReadWhereNothingIs) {
  DuckDbOptions read_only = options();
  read_only.read_only = true;
  EXPECT_EQ(failure_of(read_only).code, ErrorCode::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(DuckDbStoreTest, LeavesOneFileWhenClosed) {
  const auto store = open();
  ASSERT_TRUE(add(*store, batch_of(1)));
  EXPECT_GT(log_size(), 0U);
  store->close();
  EXPECT_EQ(log_size(), 0U);
}

TEST_F(DuckDbStoreTest, FoldsTheLogIntoTheFileAsItGrows) {
  DuckDbOptions small = options();
  small.checkpoint_bytes = 500'000;
  const auto store = open(small);
  for (std::uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(add(*store, testing::llm_spans(512, i, start)));
  EXPECT_EQ(store->totals()->spans, 20U * 512);
  const std::uintmax_t all_of_it = 20U * 512 * 300;
  EXPECT_GT(std::filesystem::file_size(file()), 500'000U);
  EXPECT_LT(log_size(), all_of_it / 2);
}

TEST_F(DuckDbStoreTest, ABatchThatFailsDoesNotTakeItsNeighboursAlong) {
  DuckDbOptions little = options();
  little.memory_limit = 48 << 20;
  const auto store = open(little);
  // Hold the writer up, so that the three that follow are one group.
  std::promise<void> let_go;
  std::promise<void> is_held;
  store->consume(batch_of(1), [&](const Expected<otlp::Receipt>&) {
    is_held.set_value();
    let_go.get_future().wait();
  });
  is_held.get_future().wait();
  std::array<std::promise<Expected<otlp::Receipt>>, 3> answers;
  const std::array batches{batch_of(2), batch_of(3, 100 << 20), batch_of(4)};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    store->consume(batches[i], [&answers, i](Expected<otlp::Receipt> receipt) {
      answers[i].set_value(std::move(receipt));
    });
  }
  let_go.set_value();
  EXPECT_TRUE(answers[0].get_future().get());
  const auto failed = answers[1].get_future().get();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::resource_exhausted) << failed.error().message;
  EXPECT_TRUE(answers[2].get_future().get());
  EXPECT_TRUE(store->trace(trace_id(2)));
  EXPECT_FALSE(store->trace(trace_id(3)));
  EXPECT_TRUE(store->trace(trace_id(4)));
}

/// No file may grow beyond `bytes` as long as this lives, as if the disk were full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(DuckDbStoreTest, RefusesWhileTheDiskIsFullAndGoesOnAfterwards) {
  const auto store = open();
  std::vector<std::uint64_t> acknowledged;
  std::uint64_t number = 1;
  {
    const FullDisk full(2'000'000);
    while (true) {
      const auto receipt = add(*store, batch_of(number, 50'000));
      if (!receipt) {
        EXPECT_EQ(receipt.error().code, ErrorCode::unavailable) << receipt.error().message;
        break;
      }
      acknowledged.push_back(number++);
      ASSERT_LT(number, 1'000U) << "the disk never became full";
    }
    EXPECT_TRUE(store->totals());
  }
  ASSERT_TRUE(add(*store, batch_of(number)));
  acknowledged.push_back(number);
  for (const std::uint64_t kept : acknowledged) EXPECT_TRUE(store->trace(trace_id(kept))) << kept;
}

/// Whether the store can be read, at the latest after ten seconds: a failed checkpoint makes it reopen its
/// file, and a read in that moment may fail.
bool reads_again(Store& store) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (store.totals()) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST_F(DuckDbStoreTest, SurvivesACheckpointThatFails) {
  DuckDbOptions small = options();
  small.checkpoint_bytes = 100'000;
  const auto store = open(small);
  std::uint64_t number = 1;
  {
    // Room for the log, not for the first block that a checkpoint writes to the file.
    const FullDisk full(250'000);
    while (log_size() < 200'000) {
      const auto receipt = add(*store, batch_of(number++, 10'000));
      ASSERT_TRUE(receipt) << receipt.error().message;
      EXPECT_TRUE(reads_again(*store)) << "a reader that met the reopening must be served by the next try";
    }
  }
  const std::uint64_t before = number;
  while (log_size() >= 100'000) {
    const auto receipt = add(*store, batch_of(number++, 10'000));
    ASSERT_TRUE(receipt) << receipt.error().message;
    ASSERT_LT(number, before + 100) << "no checkpoint although there is room";
  }
  for (std::uint64_t kept = 1; kept < number; ++kept) EXPECT_TRUE(store->trace(trace_id(kept))) << kept;
}

}  // namespace
}  // namespace sonde::store
