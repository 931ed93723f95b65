#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "sonde/expected.hpp"
#include "store/store.h"

namespace sonde::store {

struct DuckDbOptions {
  /// Where the database lives; created if absent. Empty: in memory, gone at exit.
  std::filesystem::path directory;
  /// Bytes of decoded telemetry that may wait to be written; beyond them consume() answers unavailable.
  std::size_t max_pending_bytes = 256u << 20;
  /// Memory DuckDB may use, in bytes.
  std::size_t memory_limit = 1u << 30;
  bool read_only = false;
};

/// Opens the store, or says why not (permissions, a newer schema, the file is in use by another process).
[[nodiscard]] Expected<std::unique_ptr<Store>> open_duckdb(const DuckDbOptions& options);

}  // namespace sonde::store
