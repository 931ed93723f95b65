#include "transport/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "transport/http_client_request.h"
#include "transport/http_client_transfer.h"

namespace sonde::transport {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// libcurl before 8.0 breaks a kept connection if it is asked for prior knowledge again: it sends HTTP/2's
/// preface once more (curl pull request 10643). Not asked, it uses the connection as it should.
bool prior_knowledge_breaks_kept_connections() noexcept {
  return curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options) : options_(std::move(options)) { initialise_curl(); }

  Expected<HttpClientResponse> perform(const HttpRequest& request, const PerformOptions& options);

 private:
  struct Job {
    Sendable sendable;
    std::stop_token stop;
    Clock::time_point deadline;
  };

  [[nodiscard]] CURLcode run(Transfer& transfer, const Job& job, long http_version);

  HttpClientOptions options_;
  std::unique_ptr<Connections> connections_;
};

Expected<HttpClientResponse> HttpClient::Impl::perform(const HttpRequest& request,
                                                       const PerformOptions& options) {
  constexpr milliseconds longest(INT_MAX);  // that libcurl takes
  const milliseconds timeout = std::min(options.timeout.value_or(options_.timeout), longest);
  Expected<Sendable> sendable = check(request, timeout);
  if (!sendable) return sendable.error();
  const bool prior_knowledge = options_.http2_prior_knowledge && sendable->scheme == "http";
  const Job job{*std::move(sendable), options.stop, Clock::now() + timeout};

  if (connections_ != nullptr && connections_->inherited()) connections_.reset();
  if (connections_ != nullptr && prior_knowledge && prior_knowledge_breaks_kept_connections()) {
    Transfer on_kept(options.on_data, options_.max_response_bytes, false);
    const CURLcode result = run(on_kept, job, CURL_HTTP_VERSION_2TLS);
    if (!on_kept.refused_to_connect) return outcome(on_kept, result, request, options_);
  }
  Transfer transfer(options.on_data, options_.max_response_bytes, true);
  const CURLcode result =
      run(transfer, job, prior_knowledge ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2TLS);
  return outcome(transfer, result, request, options_);
}

CURLcode HttpClient::Impl::run(Transfer& transfer, const Job& job, long http_version) {
  const auto left = std::chrono::ceil<milliseconds>(job.deadline - Clock::now());
  if (left <= milliseconds::zero()) return CURLE_OPERATION_TIMEDOUT;
  if (transfer.easy() == nullptr) return CURLE_OUT_OF_MEMORY;
  set_up(transfer.easy(), job.sendable, options_, left);
  curl_easy_setopt(transfer.easy(), CURLOPT_HTTP_VERSION, http_version);
  if (connections_ == nullptr) connections_ = std::make_unique<Connections>();
  const CURLcode result = connections_->run(transfer.easy(), job.stop);
  // A connection that failed once is not trusted again: libcurl would keep an HTTP/2 one whose peer has gone
  // silent, and every later request would time out on it.
  if (result != CURLE_OK) connections_.reset();
  return result;
}

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Expected<HttpClientResponse> HttpClient::perform(const HttpRequest& request, const PerformOptions& options) {
  return impl_->perform(request, options);
}

}  // namespace sonde::transport
