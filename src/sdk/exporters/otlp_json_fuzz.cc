// Requests come from the spool's files too, so the transcoder meets any bytes: it may not crash, hang, or
// take memory out of proportion, and what it writes is one JSON text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sdk/exporters/json_reader.h"
#include "sdk/exporters/otlp_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sonde::sdk;
  if (size == 0) return 0;
  const std::string_view request(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string json;
  if (!append_otlp_json(static_cast<Signal>(data[0] % 3), request, json)) return 0;
  JsonReader reader(json);
  if (!reader.skip() || reader.skip()) std::abort();
  constexpr std::size_t most_bytes_of_json_for_one_of_protobuf = 64;
  if (json.size() > 64 + most_bytes_of_json_for_one_of_protobuf * size) std::abort();
  return 0;
}
