#pragma once

// Group commit. A commit costs milliseconds (it waits for the disk), so one thread writes whatever batches
// have come in meanwhile as one transaction, and answers all of them when it is on disk.

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "otlp/consumer.h"
#include "store/duckdb/engine.h"
#include "store/duckdb/session.h"

namespace sonde::store::duckdb {

/// Thread-safe.
class GroupWriter {
 public:
  /// The engine must outlive the writer.
  GroupWriter(Engine& engine, const DuckDbOptions& options);
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;
  ~GroupWriter() { close(); }

  /// Queues a batch of that many bytes, or answers unavailable at once when it is full or closed. `done` is
  /// called on the writer's thread.
  void add(Batch batch, std::size_t bytes, otlp::Done done);

  /// Writes what is queued, answers it, and stops. Idempotent; must not be called from a Done.
  void close();

 private:
  /// Batches that wait, in parallel lists: the engine wants the batches side by side.
  struct Group {
    std::vector<Batch> batches;
    std::vector<otlp::Done> dones;
    std::size_t bytes = 0;
  };

  void run();
  [[nodiscard]] bool has_room(std::size_t bytes) const;
  [[nodiscard]] bool take(Group& group);
  void write(const Group& group);
  [[nodiscard]] Expected<void> write(std::span<const Batch> batches);
  void checkpoint_if_due();

  Engine& engine_;
  const std::size_t max_pending_bytes_;
  const std::size_t checkpoint_bytes_;
  std::uintmax_t next_checkpoint_;  // when the log has so many bytes; the writer's thread's own

  std::mutex mutex_;
  std::condition_variable queued_changed_;
  Group queued_;
  std::size_t pending_bytes_ = 0;  // queued or being written
  bool is_closed_ = false;
  std::once_flag joined_;
  std::thread thread_;
};

}  // namespace sonde::store::duckdb
