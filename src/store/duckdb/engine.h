#pragma once

// The open database: its readers' connections and its writer's. DuckDB gives a whole database up when, say, a
// checkpoint fails on a full disk; what was committed is safe, but nothing works until it is opened anew. So
// whoever comes across that here opens it anew, and the store works again once the disk has room.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"
#include "store/duckdb/duckdb_store.h"
#include "store/duckdb/session.h"

namespace sonde::store::duckdb {

/// Thread-safe.
class Engine {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<Engine>> open(const DuckDbOptions& options);

  /// Answers with use(connection), a connection nobody else has meanwhile.
  template <class Use>
  auto read(Use&& use) -> decltype(use(std::declval<Connection&>())) {
    return with_database([&](Database& database) -> decltype(use(std::declval<Connection&>())) {
      Expected<Connection> connection = take_reader(database);
      if (!connection) return connection.error();
      auto answer = use(*connection);
      give_back(database, std::move(*connection));
      return answer;
    });
  }

  /// Answers with use(session). For one thread only.
  template <class Use>
  Expected<void> write(Use&& use) {
    return with_database([&](Database& database) { return use(*database.session); });
  }

  /// The bytes of the log of what no checkpoint has brought into the file yet.
  [[nodiscard]] std::uintmax_t log_size() const;

  /// Closes the database, which brings it all into one file. What comes after fails with unavailable.
  void close();

 private:
  struct Database {
    std::atomic<bool> is_invalid = false;
    OwnedDatabase handle;
    std::mutex readers_mutex;
    std::vector<Connection> idle_readers;
    std::unique_ptr<Session> session;  // none if read-only
  };

  explicit Engine(DuckDbOptions options) : options_(std::move(options)) {}

  template <class Use>
  auto with_database(Use use) -> decltype(use(std::declval<Database&>())) {
    if (is_closed_) return closed();  // before the lock, or readers without end could keep close() waiting
    {
      const std::shared_lock lock(mutex_);
      if (database_ != nullptr && !database_->is_invalid) return use(*database_);
    }
    const Expected<void> opened = open_again();
    if (!opened) return opened.error();
    const std::shared_lock lock(mutex_);
    if (database_ == nullptr) return closed();
    return use(*database_);
  }

  [[nodiscard]] Expected<std::unique_ptr<Database>> open_database() const;
  [[nodiscard]] Expected<void> open_again();
  [[nodiscard]] Expected<Connection> take_reader(Database& database);
  void give_back(Database& database, Connection connection);
  [[nodiscard]] static Error closed() { return {ErrorCode::unavailable, "the store is closed"}; }

  const DuckDbOptions options_;
  std::shared_mutex mutex_;  // exclusively for opening and closing
  std::unique_ptr<Database> database_;
  std::atomic<bool> is_closed_ = false;
};

}  // namespace sonde::store::duckdb
