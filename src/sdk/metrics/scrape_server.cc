#include "sdk/metrics/scrape_server.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "sdk/diagnostics.h"
#include "sdk/exporters/compressor.h"

namespace sonde::detail {
namespace {

using std::chrono::steady_clock;

std::string error_text(int error) { return std::generic_category().message(error); }

struct Addresses {
  Addresses() = default;
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() {
    if (first != nullptr) freeaddrinfo(first);
  }
  addrinfo* first = nullptr;
};

/// IPv4 first, so that "localhost" is 127.0.0.1, as scrapers' configurations have it.
Expected<FileDescriptor> listen_at(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  Addresses addresses;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &addresses.first);
  if (failure != 0) {
    return Error{ErrorCode::invalid_argument,
                 "metrics cannot be served at the host '" + host + "': " + gai_strerror(failure)};
  }
  int error = EADDRNOTAVAIL;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* address = addresses.first; address != nullptr; address = address->ai_next) {
      if (address->ai_family != family) continue;
      FileDescriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      const int yes = 1;
      setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      if (socket.is_open() && bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 &&
          listen(socket.get(), ScrapeServer::most_connections) == 0) {
        return socket;
      }
      error = errno;
    }
  }
  return Error{ErrorCode::unavailable, "metrics cannot be served at " + host + ":" + std::to_string(port) +
                                           ": " + error_text(error) +
                                           "; OTEL_EXPORTER_PROMETHEUS_PORT chooses another port"};
}

std::uint16_t port_of(int socket) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  in_port_t port = 0;
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    port = six.sin6_port;
  } else {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    port = four.sin_port;
  }
  return ntohs(port);
}

std::string answer(std::string_view status, std::string_view headers, std::string_view body,
                   bool has_body = true) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\n").append(headers);
  text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\nConnection: close\r\n\r\n");
  if (has_body) text.append(body);
  return text;
}

constexpr std::string_view plain_text = "Content-Type: text/plain; charset=utf-8\r\n";

std::string content_type(const PrometheusFormat& format) {
  std::string type = format.is_open_metrics   ? "application/openmetrics-text; version=1.0.0"
                     : format.is_utf8_allowed ? "text/plain; version=1.0.0"
                                              : "text/plain; version=0.0.4";
  type += "; charset=utf-8";
  if (format.is_utf8_allowed) type += "; escaping=allow-utf-8";
  return type;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (is_open()) close(descriptor_);
}

Expected<std::unique_ptr<ScrapeServer>> ScrapeServer::create(const std::string& host, std::uint16_t port,
                                                             Page page) {
  auto listener = listen_at(host, port);
  if (!listener) return listener.error();
  FileDescriptor waker(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!waker.is_open()) {
    return Error{ErrorCode::unavailable, "metrics cannot be served: " + error_text(errno)};
  }
  const std::uint16_t actual_port = port_of(listener->get());
  return std::unique_ptr<ScrapeServer>(
      new ScrapeServer(std::move(*listener), std::move(waker), actual_port, std::move(page)));
}

ScrapeServer::ScrapeServer(FileDescriptor listener, FileDescriptor waker, std::uint16_t port, Page page)
    : listener_(std::move(listener)), waker_(std::move(waker)), port_(port), page_(std::move(page)) {}

ScrapeServer::~ScrapeServer() { stop(); }

Expected<void> ScrapeServer::start() {
  try {
    thread_ = std::thread([this] { run(); });
    return {};
  } catch (const std::exception& failure) {
    return Error{ErrorCode::unavailable, std::string("metrics cannot be served: ") + failure.what()};
  }
}

void ScrapeServer::stop() noexcept {
  is_stopped_.store(true);
  const std::uint64_t one = 1;
  const ssize_t written = write(waker_.get(), &one, sizeof one);
  static_cast<void>(written);  // the counter cannot be full
  if (thread_.joinable()) thread_.join();
  connections_.clear();
}

void ScrapeServer::run() noexcept {
  try {
    while (!is_stopped_.load()) serve();
  } catch (const std::exception& failure) {
    diagnose(std::string("metrics are no longer served: ") + failure.what());
  }
}

void ScrapeServer::serve() {
  // With all places taken, newcomers wait in the kernel's queue.
  const bool has_room = connections_.size() < most_connections;
  std::vector<pollfd> polled = {{waker_.get(), POLLIN, 0}, {has_room ? listener_.get() : -1, POLLIN, 0}};
  Deadline wake = steady_clock::now() + std::chrono::hours(1);
  for (const Connection& connection : connections_) {
    polled.push_back(
        {connection.socket.get(), static_cast<short>(connection.is_answered ? POLLOUT : POLLIN), 0});
    wake = std::min(wake, connection.deadline);
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wake - steady_clock::now());
  if (poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(0, wait.count()))) < 0) {
    if (errno == EINTR) return;
    throw std::system_error(errno, std::generic_category());
  }
  const auto now = steady_clock::now();
  std::vector<Connection> open;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    if (now < connection.deadline && proceed(connection, polled[i + 2].revents)) {
      open.push_back(std::move(connection));
    }
  }
  connections_ = std::move(open);
  if (polled[1].revents != 0) accept_connection();
}

void ScrapeServer::accept_connection() {
  FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.is_open()) {
    connections_.push_back({std::move(socket), steady_clock::now() + patience, {}, {}});
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    // The client stays in the queue and would wake this thread at once, again and again.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool ScrapeServer::proceed(Connection& connection, short events) {
  if (events == 0) return true;
  if (!connection.is_answered && !read_request(connection)) return false;
  while (connection.is_answered && connection.sent < connection.answer.size()) {
    const ssize_t sent = send(connection.socket.get(), connection.answer.data() + connection.sent,
                              connection.answer.size() - connection.sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.sent += static_cast<std::size_t>(sent);
  }
  if (!connection.is_answered) return true;
  shutdown(connection.socket.get(), SHUT_WR);
  return false;
}

bool ScrapeServer::read_request(Connection& connection) {
  std::array<char, 4096> bytes;
  const ssize_t received = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (received < 0) return errno == EAGAIN || errno == EINTR;
  if (received == 0) return false;
  connection.request.append(bytes.data(), static_cast<std::size_t>(received));
  const ScrapeRequest request = parse_scrape_request(connection.request);
  if (request.state == ScrapeRequest::State::incomplete) return true;
  connection.answer = answer_to(request);
  connection.is_answered = true;
  connection.deadline = steady_clock::now() + patience;
  return true;
}

std::string ScrapeServer::answer_to(const ScrapeRequest& request) const {
  using State = ScrapeRequest::State;
  if (request.state == State::too_large)
    return answer("431 Request Header Fields Too Large", plain_text, "The request is too large.\n");
  if (request.state != State::complete)
    return answer("400 Bad Request", plain_text, "This is not HTTP/1.1.\n");
  const bool is_head = request.method == "HEAD";
  if (request.method != "GET" && !is_head)
    return answer("405 Method Not Allowed", std::string(plain_text) + "Allow: GET, HEAD\r\n", "Use GET.\n");
  if (request.path != "/metrics" && request.path != "/")
    return answer("404 Not Found", plain_text, "Metrics are at /metrics.\n", !is_head);
  std::string headers =
      "Content-Type: " + content_type(request.format) + "\r\nVary: Accept, Accept-Encoding\r\n";
  std::string body = page_(request.format);
  if (request.takes_gzip) {
    std::string compressed;
    if (sdk::make_compressor(OtlpCompression::gzip)->append(body, compressed)) {
      body = std::move(compressed);
      headers += "Content-Encoding: gzip\r\n";
    }
  }
  return answer("200 OK", headers, body, !is_head);
}

}  // namespace sonde::detail
