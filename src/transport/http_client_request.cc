#include "transport/http_client_request.h"

#include <algorithm>
#include <climits>
#include <exception>
#include <utility>

namespace sonde::transport {
namespace {

using std::chrono::milliseconds;

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool append(HeaderList& list, const std::string& line) noexcept {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

/// The request's fields as libcurl wants them, without those it adds by itself: asking for "100 Continue"
/// costs a round trip, and a form's content type would be a lie.
Expected<HeaderList> header_list(const HttpRequest& request) {
  HeaderList list;
  bool complete = append(list, "Expect:");
  if (header(request.headers, "content-type").empty()) complete = append(list, "Content-Type:") && complete;
  for (const auto& [name, value] : request.headers) {
    if (!is_valid_field(name, value)) {
      return failure(ErrorCode::invalid_argument, request,
                     "the header field '" + name + "' holds characters that cannot be sent");
    }
    std::string line = name;
    line.append(value.empty() ? ";" : ": ").append(value);
    complete = append(list, line) && complete;
  }
  if (!complete) return failure(ErrorCode::internal, request, "out of memory");
  return list;
}

ErrorCode error_code(CURLcode code) noexcept {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return ErrorCode::deadline_exceeded;
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return ErrorCode::invalid_argument;
    case CURLE_PEER_FAILED_VERIFICATION: return ErrorCode::permission_denied;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_NOT_BUILT_IN: return ErrorCode::internal;
    default: return ErrorCode::unavailable;
  }
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) noexcept {
  curl_easy_setopt(easy, option, value);
}

void set_method(CURL* easy, const HttpRequest& request) noexcept {
  const std::string& method = request.method;
  if (method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.data());  // Not copied: lives until perform() returns.
  }
  if (method != "GET" || !request.body.empty()) set(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void set_connection(CURL* easy, const Sendable& sendable, const HttpClientOptions& options) noexcept {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold perform() back after its time is up.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_URL, sendable.request->target.c_str());
  if (is_loopback(sendable.host)) set(easy, CURLOPT_PROXY, "");
  // A proxy would not understand HTTP/2 without TLS; through a tunnel only the server has to.
  if (options.http2_prior_knowledge) set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  const auto set_text = [easy](CURLoption option, const std::string& text) {
    if (!text.empty()) set(easy, option, text.c_str());
  };
  set_text(CURLOPT_USERAGENT, options.user_agent);
  set_text(CURLOPT_CAINFO, options.certificate_authority_file);
  set_text(CURLOPT_SSLCERT, options.client_certificate_file);
  set_text(CURLOPT_SSLKEY, options.client_key_file);
}

}  // namespace

Error failure(ErrorCode code, const HttpRequest& request, std::string_view reason) {
  return {code, request.method + " " + without_secrets(request.target) + ": " + std::string(reason)};
}

void initialise_curl() noexcept {
  // Thread-safe, counted by libcurl, and deliberately never undone: the application may use libcurl too.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
}

Expected<Sendable> check(const HttpRequest& request, milliseconds timeout) {
  if (timeout <= milliseconds::zero()) {
    return failure(ErrorCode::deadline_exceeded, request, "no time is left to send it");
  }
  const Expected<Url> url = parse_url(request.target);
  if (!url) return failure(url.error().code, request, url.error().message);
  Expected<HeaderList> headers = header_list(request);
  if (!headers) return headers.error();
  return Sendable{&request, url->scheme, url->host, *std::move(headers)};
}

void set_up(CURL* easy, const Sendable& sendable, const HttpClientOptions& options,
            milliseconds timeout) noexcept {
  constexpr milliseconds longest(INT_MAX);  // that libcurl takes
  set_connection(easy, sendable, options);
  set_method(easy, *sendable.request);
  set(easy, CURLOPT_HTTPHEADER, sendable.headers.get());
  set(easy, CURLOPT_TIMEOUT_MS, long{std::min(timeout, longest).count()});
}

Expected<HttpClientResponse> outcome(Transfer& transfer, CURLcode result, const HttpRequest& request,
                                     const HttpClientOptions& options) {
  if (transfer.exception != nullptr) std::rethrow_exception(transfer.exception);
  if (result == CURLE_OK || transfer.ended_by_sink) {
    transfer.response.status = transfer.status();
    return std::move(transfer.response);
  }
  if (result == CURLE_ABORTED_BY_CALLBACK) return failure(ErrorCode::cancelled, request, "cancelled");
  if (transfer.too_long) {
    return failure(
        ErrorCode::resource_exhausted, request,
        "the answer is longer than the " + std::to_string(options.max_response_bytes) + " bytes allowed");
  }
  const bool explained = transfer.reason.front() != '\0';
  return failure(error_code(result), request,
                 explained ? transfer.reason.data() : curl_easy_strerror(result));
}

}  // namespace sonde::transport
