#pragma once

// The embedded store: everything in one directory on this machine, in a DuckDB database that other tools can
// open too.

#include <cstddef>
#include <filesystem>
#include <memory>

#include "sonde/expected.hpp"
#include "store/store.h"

namespace sonde::store {

struct DuckDbOptions {
  /// Where the database lives; created if absent. Empty: in memory, gone at exit.
  std::filesystem::path directory;
  /// Bytes of decoded telemetry that may wait to be written; beyond them consume() answers unavailable. A
  /// batch that is larger by itself is taken when nothing else waits.
  std::size_t max_pending_bytes = std::size_t{256} << 20;
  /// Memory DuckDB may use, in bytes.
  std::size_t memory_limit = std::size_t{1} << 30;
  /// Threads DuckDB may use, for reading and writing together.
  unsigned threads = 2;
  /// The log of what is written is folded into the database file when it has so many bytes. More means less
  /// rewriting, but more memory, and a longer start after a crash.
  std::size_t checkpoint_bytes = std::size_t{128} << 20;
  /// For looking into a store that no process is writing; nothing is created or changed.
  bool read_only = false;
};

/// Opens the store, or makes a new one. Fails with unavailable if another process has it open (the message
/// says which), unimplemented if a newer Sonde wrote it, not_found if there is nothing to read, and else with
/// what is wrong with the directory or the file. Blocks for as long as the log of a crashed writer takes to
/// read: about a second for each 100 MB.
[[nodiscard]] Expected<std::unique_ptr<Store>> open_duckdb(const DuckDbOptions& options);

}  // namespace sonde::store
