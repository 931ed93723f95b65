// Writes batches into a store for as long as it lives, and prints the number of each once it is acknowledged.
// The durability test kills it.
//
//     store_crash_writer DIRECTORY FIRST_NUMBER CHECKPOINT_BYTES

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <string>

#include "store/duckdb/duckdb_store.h"
#include "store/testing/batches.h"

namespace {

constexpr std::ptrdiff_t in_flight = 8;
constexpr std::uint64_t spans_per_batch = 20;

void print(std::uint64_t number) {
  const std::string line = std::to_string(number) + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();  // unbuffered: it may be the last
}

}  // namespace

int main(int argument_count, char** arguments) {
  using namespace sonde::store;
  if (argument_count != 4) return 2;
  DuckDbOptions options;
  options.directory = arguments[1];
  std::uint64_t number = std::stoull(arguments[2]);
  options.checkpoint_bytes = std::stoull(arguments[3]);
  const auto store = open_duckdb(options);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  std::counting_semaphore<in_flight> free(in_flight);
  for (;; ++number) {
    testing::Spans spans;
    for (std::uint64_t span = 1; span <= spans_per_batch; ++span) {
      spans.add(number, span, span - 1, "span", 1'790'000'000'000'000'000 + number);
    }
    free.acquire();
    (*store)->consume(spans.finish(), [&free, number](const sonde::Expected<sonde::otlp::Receipt>& receipt) {
      if (receipt) print(number);
      free.release();
    });
  }
}
