// Any text as a configuration file. Nothing is started.

#include <cstddef>
#include <cstdint>

#include "sonde/configuration_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)sonde::parse_configuration({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  return 0;
}
