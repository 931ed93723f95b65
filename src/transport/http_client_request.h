#pragma once

// From a request to a transfer that is set up, and from its end to an outcome: what a client that waits for
// one request and a loop of many have in common.

#include <chrono>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "transport/http_client.h"
#include "transport/http_client_transfer.h"

namespace sonde::transport {

/// Before any use of libcurl.
void initialise_curl() noexcept;

/// A request found fit to be sent. The request must stay where it is until the transfer is over.
struct Sendable {
  const HttpRequest* request;
  std::string scheme;
  std::string host;
  HeaderList headers;
};
[[nodiscard]] Expected<Sendable> check(const HttpRequest& request, std::chrono::milliseconds timeout);

/// Tells libcurl everything but the version of HTTP.
void set_up(CURL* easy, const Sendable& sendable, const HttpClientOptions& options,
            std::chrono::milliseconds timeout) noexcept;

/// What came of it, as HttpClient::perform() says. Throws what the sink threw.
[[nodiscard]] Expected<HttpClientResponse> outcome(Transfer& transfer, CURLcode result,
                                                   const HttpRequest& request,
                                                   const HttpClientOptions& options);

/// "POST http://host/path: reason"
[[nodiscard]] Error failure(ErrorCode code, const HttpRequest& request, std::string_view reason);

}  // namespace sonde::transport
