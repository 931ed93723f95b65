// Headers are whatever another process sends: none may crash a propagator, or come out of it changed.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "sdk/context/propagator_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string fault =
      sonde::test::propagator_round_trip_fault({reinterpret_cast<const char*>(data), size});
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    std::abort();
  }
  return 0;
}
