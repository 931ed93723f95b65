// A spool's files may have become anything: what is not as it was written must be noticed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sdk/exporters/spool_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sonde::sdk;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  if (const auto request = decode_spool_file(file); request && !file.ends_with(*request)) std::abort();
  const std::string written = encode_spool_file(file, size);
  const auto read = decode_spool_file(written);
  if (!read || *read != file) std::abort();
  if (size == 0) return 0;
  std::string damaged = written;
  damaged[data[0] * (size + 32) / 256] ^= 1;  // One bit, anywhere.
  if (decode_spool_file(damaged)) std::abort();
  return 0;
}
