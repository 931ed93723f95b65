#include "transport/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "transport/http_client_transfer.h"

namespace sonde::transport {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

Error failure(ErrorCode code, const HttpRequest& request, std::string_view reason) {
  return {code, request.method + " " + without_secrets(request.target) + ": " + std::string(reason)};
}

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

/// libcurl before 8.0 breaks a kept connection if it is asked for prior knowledge again: it sends HTTP/2's
/// preface once more (curl pull request 10643). Not asked, it uses the connection as it should.
bool prior_knowledge_breaks_kept_connections() noexcept {
  return curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options) : options_(std::move(options)) {
    // Thread-safe, counted by libcurl, and deliberately never undone: the application may use libcurl too.
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(initialised);
  }

  Expected<HttpClientResponse> perform(const HttpRequest& request, const PerformOptions& options);

 private:
  /// A request found fit to be sent.
  struct Job {
    const HttpRequest& request;
    std::string host;
    HeaderList headers;
    std::stop_token stop;
    Clock::time_point deadline;
  };

  [[nodiscard]] CURLcode run(Transfer& transfer, const Job& job, long http_version);
  void set_connection(CURL* easy, const Job& job, long http_version) const noexcept;
  [[nodiscard]] Expected<HttpClientResponse> outcome(Transfer& transfer, CURLcode result,
                                                     const HttpRequest& request) const;

  HttpClientOptions options_;
  std::unique_ptr<Connections> connections_;
};

Expected<HttpClientResponse> HttpClient::Impl::perform(const HttpRequest& request,
                                                       const PerformOptions& options) {
  constexpr milliseconds longest(INT_MAX);  // That libcurl takes.
  const milliseconds timeout = std::min(options.timeout.value_or(options_.timeout), longest);
  if (timeout <= milliseconds::zero()) {
    return failure(ErrorCode::deadline_exceeded, request, "no time is left to send it");
  }
  const Expected<Url> url = parse_url(request.target);
  if (!url) return failure(url.error().code, request, url.error().message);
  Expected<HeaderList> headers = header_list(request);
  if (!headers) return headers.error();
  const bool prior_knowledge = options_.http2_prior_knowledge && url->scheme == "http";
  const Job job{request, url->host, *std::move(headers), options.stop, Clock::now() + timeout};

  if (connections_ != nullptr && connections_->inherited()) connections_.reset();
  if (connections_ != nullptr && prior_knowledge && prior_knowledge_breaks_kept_connections()) {
    Transfer on_kept(options.on_data, options_.max_response_bytes, false);
    const CURLcode result = run(on_kept, job, CURL_HTTP_VERSION_2TLS);
    if (!on_kept.refused_to_connect) return outcome(on_kept, result, request);
  }
  Transfer transfer(options.on_data, options_.max_response_bytes, true);
  const CURLcode result =
      run(transfer, job, prior_knowledge ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2TLS);
  return outcome(transfer, result, request);
}

CURLcode HttpClient::Impl::run(Transfer& transfer, const Job& job, long http_version) {
  const auto left = std::chrono::ceil<milliseconds>(job.deadline - Clock::now());
  if (left <= milliseconds::zero()) return CURLE_OPERATION_TIMEDOUT;
  if (transfer.easy() == nullptr) return CURLE_OUT_OF_MEMORY;
  set_connection(transfer.easy(), job, http_version);
  set_method(transfer.easy(), job.request);
  set(transfer.easy(), CURLOPT_HTTPHEADER, job.headers.get());
  set(transfer.easy(), CURLOPT_TIMEOUT_MS, long{left.count()});
  if (connections_ == nullptr) connections_ = std::make_unique<Connections>();
  const CURLcode result = connections_->run(transfer.easy(), job.stop);
  // A connection that failed once is not trusted again: libcurl would keep an HTTP/2 one whose peer has gone
  // silent, and every later request would time out on it.
  if (result != CURLE_OK) connections_.reset();
  return result;
}

void HttpClient::Impl::set_connection(CURL* easy, const Job& job, long http_version) const noexcept {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold perform() back after its time is up.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_URL, job.request.target.c_str());
  set(easy, CURLOPT_HTTP_VERSION, http_version);
  if (is_loopback(job.host)) set(easy, CURLOPT_PROXY, "");
  // A proxy would not understand HTTP/2 without TLS; through a tunnel only the server has to.
  if (options_.http2_prior_knowledge) set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  const auto set_text = [easy](CURLoption option, const std::string& text) {
    if (!text.empty()) set(easy, option, text.c_str());
  };
  set_text(CURLOPT_USERAGENT, options_.user_agent);
  set_text(CURLOPT_CAINFO, options_.certificate_authority_file);
  set_text(CURLOPT_SSLCERT, options_.client_certificate_file);
  set_text(CURLOPT_SSLKEY, options_.client_key_file);
}

Expected<HttpClientResponse> HttpClient::Impl::outcome(Transfer& transfer, CURLcode result,
                                                       const HttpRequest& request) const {
  if (transfer.exception != nullptr) std::rethrow_exception(transfer.exception);
  if (result == CURLE_OK || transfer.ended_by_sink) {
    transfer.response.status = transfer.status();
    return std::move(transfer.response);
  }
  if (result == CURLE_ABORTED_BY_CALLBACK) return failure(ErrorCode::cancelled, request, "cancelled");
  if (transfer.too_long) {
    return failure(
        ErrorCode::resource_exhausted, request,
        "the answer is longer than the " + std::to_string(options_.max_response_bytes) + " bytes allowed");
  }
  const bool explained = transfer.reason.front() != '\0';
  return failure(error_code(result), request,
                 explained ? transfer.reason.data() : curl_easy_strerror(result));
}

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Expected<HttpClientResponse> HttpClient::perform(const HttpRequest& request, const PerformOptions& options) {
  return impl_->perform(request, options);
}

}  // namespace sonde::transport
