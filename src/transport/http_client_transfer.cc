#include "transport/http_client_transfer.h"

#include <sys/socket.h>

namespace sonde::transport {
namespace {

/// Of the fields of one answer, names and values together.
constexpr std::size_t max_header_bytes = 256u << 10;

}  // namespace

Connections::~Connections() {
  // In a forked child the connections are the parent's: closing them would write to them.
  if (multi_ != nullptr && !inherited()) curl_multi_cleanup(multi_);
}

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

Transfer::Transfer(const BodySink& on_data, std::size_t max_body_bytes, bool may_connect)
    : easy_(curl_easy_init()), on_data_(on_data), max_body_bytes_(max_body_bytes), may_connect_(may_connect) {
  if (easy_ == nullptr) return;
  curl_easy_setopt(easy(), CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(easy(), CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy(), CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy(), CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETDATA, this);
}

unsigned Transfer::status() const noexcept {
  long code = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &code);
  return static_cast<unsigned>(code);
}

// Nothing may be thrown through libcurl, so what is thrown is kept.

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes_ += size;
  transfer.too_long = transfer.header_bytes_ > max_header_bytes;
  if (transfer.too_long) return 0;
  try {
    transfer.take_header_line({data, size});
    return size;
  } catch (...) {
    transfer.exception = std::current_exception();
    return 0;
  }
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.is_held) return CURL_WRITEFUNC_PAUSE;
  try {
    return transfer.take_body({data, size}) ? size : 0;
  } catch (...) {
    transfer.exception = std::current_exception();
    return 0;
  }
}

curl_socket_t Transfer::open_socket(void* user, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.refused_to_connect = !transfer.may_connect_;
  if (transfer.refused_to_connect) return CURL_SOCKET_BAD;
  // A program that the application starts must not hold our connections open.
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void Transfer::take_header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // An interim answer (1xx) came before this one.
    response.headers.clear();
    head_complete_ = false;
    return;
  }
  if (line.empty()) {
    head_complete_ = true;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  (head_complete_ ? response.trailers : response.headers).emplace_back(line.substr(0, colon), value);
}

bool Transfer::take_body(std::string_view piece) {
  if (on_data_ && status() / 100 == 2) {
    ended_by_sink = !on_data_(piece);
    return !ended_by_sink;
  }
  too_long = piece.size() > max_body_bytes_ - response.body.size();
  if (too_long) return false;
  response.body += piece;
  return true;
}

}  // namespace sonde::transport
