#include "transport/http_client.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <exception>
#include <utility>

namespace sonde::transport {
namespace {

using std::chrono::milliseconds;

/// Of the fields of one answer, names and values together.
constexpr std::size_t max_header_bytes = 256u << 10;

struct Deleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using EasyHandle = std::unique_ptr<CURL, Deleter>;
using HeaderList = std::unique_ptr<curl_slist, Deleter>;
using UrlHandle = std::unique_ptr<CURLU, Deleter>;

/// libcurl's multi handle: keeps the connections between requests, and can be woken from another thread.
class Connections {
 public:
  Connections() : multi_(curl_multi_init()) {}
  ~Connections() {
    // In a forked child the connections are the parent's: closing them would write to them.
    if (multi_ != nullptr && !inherited()) curl_multi_cleanup(multi_);
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Whether they were opened before a fork.
  [[nodiscard]] bool inherited() const noexcept { return process_ != getpid(); }

  /// Runs one transfer to its end; CURLE_ABORTED_BY_CALLBACK if stopped.
  [[nodiscard]] CURLcode run(CURL* easy, const std::stop_token& stop) const noexcept;

 private:
  [[nodiscard]] CURLcode wait(const std::stop_token& stop) const noexcept;

  CURLM* multi_;
  pid_t process_ = getpid();
};

CURLcode Connections::run(CURL* easy, const std::stop_token& stop) const noexcept {
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) return CURLE_FAILED_INIT;
  const CURLcode result = wait(stop);
  curl_multi_remove_handle(multi_, easy);
  return result;
}

CURLcode Connections::wait(const std::stop_token& stop) const noexcept {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_); });
  for (int running = 1; !stop.stop_requested();) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running == 0) {
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi_, &left);
      return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
    }
    // libcurl shortens the wait to its own timers, of which the request's timeout is one.
    curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
  }
  return CURLE_ABORTED_BY_CALLBACK;
}

/// What libcurl's callbacks fill in during one request.
struct Transfer {
  CURL* easy;
  const BodySink& on_data;
  std::size_t max_body_bytes;
  HttpClientResponse response{};
  std::size_t header_bytes = 0;
  bool head_complete = false;
  bool too_long = false;
  bool ended_by_sink = false;
  std::exception_ptr exception{};
  std::array<char, CURL_ERROR_SIZE> reason{};

  void take_header_line(std::string_view line);
  bool take_body(std::string_view piece);
  [[nodiscard]] unsigned status() const noexcept;
};

unsigned Transfer::status() const noexcept {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  return static_cast<unsigned>(code);
}

void Transfer::take_header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // An interim answer (1xx) came before this one.
    response.headers.clear();
    head_complete = false;
    return;
  }
  if (line.empty()) {
    head_complete = true;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  (head_complete ? response.trailers : response.headers).emplace_back(line.substr(0, colon), value);
}

bool Transfer::take_body(std::string_view piece) {
  if (on_data && status() / 100 == 2) {
    ended_by_sink = !on_data(piece);
    return !ended_by_sink;
  }
  too_long = piece.size() > max_body_bytes - response.body.size();
  if (too_long) return false;
  response.body += piece;
  return true;
}

// The callbacks: nothing may be thrown through libcurl, so what is thrown is kept and thrown again later.

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes += size;
  transfer.too_long = transfer.header_bytes > max_header_bytes;
  if (transfer.too_long) return 0;
  try {
    transfer.take_header_line({data, size});
    return size;
  } catch (...) {
    transfer.exception = std::current_exception();
    return 0;
  }
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    return transfer.take_body({data, size}) ? size : 0;
  } catch (...) {
    transfer.exception = std::current_exception();
    return 0;
  }
}

/// A program that the application starts must not hold our connections open.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) noexcept {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The URL as error messages show it: user, password and query may be secrets.
std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url);
  const std::size_t host = scheme_end + 3;
  const std::size_t at = url.substr(0, url.find('/', host)).rfind('@');
  if (at == std::string_view::npos || at < host) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(at + 1));
}

Error failure(ErrorCode code, const HttpRequest& request, std::string_view reason) {
  return {code, request.method + " " + without_secrets(request.target) + ": " + std::string(reason)};
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool can_be_sent(const std::pair<std::string, std::string>& field) noexcept {
  const auto is_token_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !field.first.empty() && std::all_of(field.first.begin(), field.first.end(), is_token_character) &&
         field.second.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
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
  for (const auto& field : request.headers) {
    if (!can_be_sent(field)) {
      return failure(ErrorCode::invalid_argument, request,
                     "the header field '" + field.first + "' holds characters that cannot be sent");
    }
    const bool empty = field.second.empty();
    complete = append(list, empty ? field.first + ";" : field.first + ": " + field.second) && complete;
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

Expected<void> set_address(CURL* easy, const HttpRequest& request, bool prefer_prior_knowledge) {
  const UrlHandle url(curl_url());
  const CURLUcode parsed = curl_url_set(url.get(), CURLUPART_URL, request.target.c_str(), 0);
  if (parsed != CURLUE_OK) {
    return failure(ErrorCode::invalid_argument, request, curl_url_strerror(parsed));
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return failure(ErrorCode::invalid_argument, request, "the URL must begin with http:// or https://");
  }
  set(easy, CURLOPT_URL, request.target.c_str());
  if (is_loopback(url_part(url.get(), CURLUPART_HOST))) set(easy, CURLOPT_PROXY, "");
  const bool prior_knowledge = prefer_prior_knowledge && scheme == "http";
  set(easy, CURLOPT_HTTP_VERSION,
      long{prior_knowledge ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_2TLS});
  // A proxy would not understand HTTP/2 without TLS; through a tunnel only the server has to.
  if (prior_knowledge) set(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  return {};
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
  void set_security(CURL* easy) const noexcept;
  void set_transfer(Transfer& transfer, milliseconds timeout) const noexcept;
  [[nodiscard]] Expected<HttpClientResponse> outcome(Transfer& transfer, CURLcode result,
                                                     const HttpRequest& request) const;

  HttpClientOptions options_;
  std::unique_ptr<Connections> connections_;
};

void HttpClient::Impl::set_security(CURL* easy) const noexcept {
  const auto set_path = [easy](CURLoption option, const std::string& path) {
    if (!path.empty()) set(easy, option, path.c_str());
  };
  set_path(CURLOPT_CAINFO, options_.certificate_authority_file);
  set_path(CURLOPT_SSLCERT, options_.client_certificate_file);
  set_path(CURLOPT_SSLKEY, options_.client_key_file);
}

void HttpClient::Impl::set_transfer(Transfer& transfer, milliseconds timeout) const noexcept {
  CURL* easy = transfer.easy;
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold perform() back after its time is up.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::min<milliseconds::rep>(timeout.count(), LONG_MAX)));
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  if (!options_.user_agent.empty()) set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  set(easy, CURLOPT_ERRORBUFFER, transfer.reason.data());
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
}

Expected<HttpClientResponse> HttpClient::Impl::perform(const HttpRequest& request,
                                                       const PerformOptions& options) {
  const milliseconds timeout = options.timeout.value_or(options_.timeout);
  if (timeout <= milliseconds::zero()) {
    return failure(ErrorCode::deadline_exceeded, request, "no time is left to send it");
  }
  const Expected<HeaderList> headers = header_list(request);
  if (!headers) return headers.error();
  const EasyHandle easy(curl_easy_init());
  if (easy == nullptr) return failure(ErrorCode::internal, request, "libcurl could not be initialised");
  if (Expected<void> valid = set_address(easy.get(), request, options_.http2_prior_knowledge); !valid) {
    return valid.error();
  }
  Transfer transfer{easy.get(), options.on_data, options_.max_response_bytes};
  set_method(easy.get(), request);
  set_security(easy.get());
  set_transfer(transfer, timeout);
  set(easy.get(), CURLOPT_HTTPHEADER, headers->get());

  if (connections_ == nullptr || connections_->inherited()) connections_ = std::make_unique<Connections>();
  const CURLcode result = connections_->run(easy.get(), options.stop);
  // A connection that failed once is not trusted again: libcurl would keep an HTTP/2 one whose peer has gone
  // silent, and every later request would time out on it.
  if (result != CURLE_OK) connections_.reset();
  return outcome(transfer, result, request);
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
