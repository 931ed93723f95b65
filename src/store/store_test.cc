// The implementations that the tests of store_*_test.cc are run against.

#include "store/testing/store_test.h"
#include "store/duckdb/duckdb_store.h"

namespace sonde::store {
namespace {

std::unique_ptr<Store> open_in_memory(std::size_t max_pending_bytes) {
  DuckDbOptions options;
  options.max_pending_bytes = max_pending_bytes;
  auto store = open_duckdb(options);
  EXPECT_TRUE(store) << store.error().message;
  return store ? *std::move(store) : nullptr;
}

}  // namespace

const std::vector<Implementation>& implementations() {
  static const std::vector<Implementation> all{{"DuckDb", open_in_memory}};
  return all;
}

}  // namespace sonde::store
