// One libFuzzer target for each signal and encoding, chosen by the build.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "otlp_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sonde::otlp;
  const std::string fault = round_trip_fault(SONDE_FUZZ_SIGNAL, Encoding::SONDE_FUZZ_ENCODING,
                                             std::string(reinterpret_cast<const char*>(data), size));
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    std::abort();
  }
  return 0;
}
