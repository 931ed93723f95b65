#pragma once

// The sending half of a spool.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "sdk/exporters/spool_directory.h"
#include "sdk/request_sink.h"
#include "sdk/trace/random.h"
#include "sonde/spool.hpp"

namespace sonde::sdk {

/// Counts what becomes of a spool's items, and tells of those it loses.
struct SpoolAccount {
  using Counter = SpoolMonitor::Counter;

  std::string directory;
  Signal signal = Signal::traces;
  std::shared_ptr<SpoolMonitor> monitor = std::make_shared<SpoolMonitor>();

  void count(Counter counter, std::uint64_t items) const { monitor->count(counter, items); }
  /// Counts, and says why.
  void lose(Counter counter, std::uint64_t items, std::string_view why) const;
};

/// Sends the files of a spool, oldest first, from a thread of its own, while it holds the spool's lock. A
/// file goes when it is answered for. All members are thread-safe.
class SpoolSender : public std::enable_shared_from_this<SpoolSender> {
 public:
  SpoolSender(SpoolDirectory directory, SpoolAccount account, std::shared_ptr<detail::RequestSink> sink,
              SpoolOptions options);

  /// Without a thread files stay for another process, or the next.
  void start() noexcept;

  /// Says that a file of this name will be written. False if it will not be sent soon, because another
  /// process sends or the receiver is away; else expected_result() may be called.
  [[nodiscard]] bool expect(const std::string& name);
  /// Says that there is a new file, expected or not.
  void notify();
  /// Waits for what becomes of the expected file; nothing if that is not known by `deadline`.
  [[nodiscard]] std::optional<ExportResult> expected_result(Deadline deadline);

  /// Past the files, when they cannot be written. Waits its turn with the exporter.
  [[nodiscard]] ExportResult send_directly(std::string_view request, std::size_t items, Deadline deadline);

  /// Waits until nothing is left to do or the receiver turns out to be away, at most until `deadline`; then
  /// ends the thread, or leaves it behind if it is stuck in the exporter.
  void stop(Deadline deadline) noexcept;
  /// Ends what is under way, and does nothing more.
  void cancel() noexcept;

 private:
  enum class State : std::uint8_t {
    working,    ///< Sends what comes, as far as is known.
    elsewhere,  ///< Another process sends.
    away,       ///< The receiver does not answer.
    stopped,    ///< There is no thread.
  };

  enum class Sent : std::uint8_t { yes, not_now, away };

  void run() noexcept;
  /// Sends what there is. False if the receiver is away.
  [[nodiscard]] bool send_all();
  [[nodiscard]] Sent send(const SpoolEntry& entry);
  [[nodiscard]] Sent pass_over(const SpoolEntry& entry, const Error& error);
  /// What to do with a file that was answered for.
  void finish(const SpoolEntry& entry, const std::string& request, ExportResult result);
  void remove(const SpoolEntry& entry);
  [[nodiscard]] bool is_expired(const SpoolEntry& entry) const;

  void enter(State state);
  /// Waits for `time`, or for a new file if that `may_wake`. False if it is time to stop.
  [[nodiscard]] bool rest(std::chrono::milliseconds time, bool may_wake);
  [[nodiscard]] std::chrono::milliseconds retry_delay() noexcept;

  const SpoolDirectory directory_;
  const SpoolAccount account_;
  const std::shared_ptr<detail::RequestSink> sink_;
  const SpoolOptions options_;
  detail::RandomGenerator random_;
  std::string unreadable_;  ///< The last file that could not be read, which was told of.
  /// Files that are done with but could not be removed or set aside.
  std::set<std::string, std::less<>> stuck_;

  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable changed_;
  std::thread thread_;
  State state_ = State::stopped;
  bool is_exporting_ = false;
  bool has_new_file_ = false;
  bool is_stopping_ = false;
  bool is_cancelled_ = false;
  std::string expected_;                ///< The file that somebody waits for, or empty.
  bool is_answered_ = false;            ///< It is: the result comes in a moment.
  std::optional<ExportResult> result_;  ///< What became of it.
};

}  // namespace sonde::sdk
