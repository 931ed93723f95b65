// Answers to exports are whatever the other side sends: none may crash, hang or loop. The first byte chooses
// the protocol and the HTTP status, the next ones where the rest is cut into fields and body.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sdk/exporters/otlp_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sonde;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto take_byte = [&input] {
    const auto byte = static_cast<std::uint8_t>(input.empty() ? 0 : input.front());
    input.remove_prefix(input.empty() ? 0 : 1);
    return byte;
  };
  const auto take_piece = [&] {
    const std::string_view piece = input.substr(0, take_byte());
    input.remove_prefix(piece.size() < input.size() ? piece.size() : input.size());
    return std::string(piece);
  };
  constexpr unsigned statuses[] = {200, 400, 429, 503};
  constexpr const char* content_types[] = {"application/x-protobuf", "application/grpc", "application/json",
                                           "text/plain"};
  const std::uint8_t choice = take_byte();
  transport::HttpClientResponse response;
  response.status = statuses[choice & 3];
  response.headers = {{"content-type", content_types[choice >> 4 & 3]}, {"retry-after", take_piece()}};
  transport::HttpHeaders& status = (choice & 8) != 0 ? response.trailers : response.headers;
  status.emplace_back("grpc-status", take_piece());
  status.emplace_back("grpc-message", take_piece());
  status.emplace_back("grpc-status-details-bin", take_piece());
  response.body = input;
  static_cast<void>(sdk::read_http_answer(response));
  static_cast<void>(sdk::read_grpc_answer(response));
  return 0;
}
