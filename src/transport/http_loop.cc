#include "transport/http_loop.h"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "transport/http_client_request.h"
#include "transport/http_client_transfer.h"

namespace sonde::transport {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// A file descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

}  // namespace

class HttpLoop::Impl {
 public:
  explicit Impl(HttpClientOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] bool is_inherited() const noexcept { return process_ != getpid(); }
  Id start(Request request);
  void cancel(Id id);
  void hold(Id id) noexcept;
  void resume(Id id);
  void run_after(milliseconds time, std::function<void()> action) {
    timers_.emplace(Clock::now() + time, std::move(action));
  }
  void post(std::function<void()> action);
  void run_until(const std::function<bool()>& is_done);

 private:
  /// A request under way.
  struct Active {
    Active(Id given_id, Request given, std::size_t max_body_bytes)
        : id(given_id), request(std::move(given)), transfer(request.on_data, max_body_bytes, true) {}
    const Id id;
    Request request;
    std::optional<Sendable> sendable;
    Transfer transfer;
  };
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* user, void* known) noexcept;
  static int on_timer(CURLM* multi, long milliseconds_left, void* user) noexcept;

  [[nodiscard]] Active* find(Id id) noexcept;
  void wait();
  void run_posted();
  void run_timers();
  void take_finished();
  void finish(CURL* easy, CURLcode result);

  const HttpClientOptions options_;
  const pid_t process_ = getpid();
  Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
  Descriptor wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  CURLM* multi_;
  std::optional<Clock::time_point> curl_deadline_;
  std::map<Id, std::unique_ptr<Active>> active_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  Id last_id_ = 0;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  ///< Guarded by the mutex.
};

namespace {
CURLM* make_multi() {
  initialise_curl();  // first
  return curl_multi_init();
}
}  // namespace

HttpLoop::Impl::Impl(HttpClientOptions options) : options_(std::move(options)), multi_(make_multi()) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_.number()}};
  epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event);
}

HttpLoop::Impl::~Impl() {
  if (is_inherited()) {  // in a forked child the connections are the parent's: closing them would write to
                         // them
    for (auto& [id, active] : active_) static_cast<void>(active.release());
    return;
  }
  for (const auto& [id, active] : active_) curl_multi_remove_handle(multi_, active->transfer.easy());
  active_.clear();
  curl_multi_cleanup(multi_);
}

HttpLoop::Id HttpLoop::Impl::start(Request request) {
  const Id id = ++last_id_;
  auto& active =
      *active_.emplace(id, std::make_unique<Active>(id, std::move(request), options_.max_response_bytes))
           .first->second;
  CURL* const easy = active.transfer.easy();
  auto sendable = check(active.request.message, active.request.timeout);
  if (sendable && (multi_ == nullptr || easy == nullptr)) {
    sendable = failure(ErrorCode::internal, active.request.message, "out of memory");
  }
  if (!sendable) {
    post([this, id, error = sendable.error()] {
      const auto found = active_.find(id);
      if (found == active_.end()) return;
      const auto over = std::move(found->second);
      active_.erase(found);
      over->request.on_done(error);
    });
    return id;
  }
  active.sendable = *std::move(sendable);
  set_up(easy, *active.sendable, options_, active.request.timeout);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &active);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, active.request.on_fresh_connection ? 1L : 0L);
  curl_multi_add_handle(multi_, easy);
  return id;
}

HttpLoop::Impl::Active* HttpLoop::Impl::find(Id id) noexcept {
  const auto found = active_.find(id);
  return found == active_.end() ? nullptr : found->second.get();
}

void HttpLoop::Impl::cancel(Id id) {
  // Not at once: within libcurl's own callback it would pull the transfer from under it.
  post([this, id] {
    const Active* const active = find(id);
    if (active == nullptr) return;
    if (active->sendable) curl_multi_remove_handle(multi_, active->transfer.easy());
    active_.erase(id);
  });
}

void HttpLoop::Impl::hold(Id id) noexcept {
  if (Active* const active = find(id); active != nullptr) active->transfer.is_held = true;
}

void HttpLoop::Impl::resume(Id id) {
  Active* const active = find(id);
  if (active == nullptr || !std::exchange(active->transfer.is_held, false)) return;
  CURL* const easy = active->transfer.easy();
  // It hands over at once what it has kept; that the sink ended the transfer meanwhile is told here only.
  if (const CURLcode result = curl_easy_pause(easy, CURLPAUSE_CONT); result != CURLE_OK) finish(easy, result);
}

void HttpLoop::Impl::post(std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(action));
  }
  const std::uint64_t one = 1;
  static_cast<void>(write(wake_.number(), &one, sizeof one));
}

void HttpLoop::Impl::run_until(const std::function<bool()>& is_done) {
  for (;;) {
    run_posted();
    run_timers();
    take_finished();
    if (is_done()) return;
    wait();
  }
}

void HttpLoop::Impl::run_posted() {
  std::vector<std::function<void()>> actions;
  {
    const std::lock_guard lock(mutex_);
    actions.swap(posted_);
  }
  for (const auto& action : actions) action();
}

void HttpLoop::Impl::run_timers() {
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto action = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    action();
  }
  if (!curl_deadline_ || *curl_deadline_ > now) return;
  curl_deadline_.reset();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void HttpLoop::Impl::wait() {
  std::optional<Clock::time_point> until = curl_deadline_;
  if (!timers_.empty()) until = std::min(until.value_or(Clock::time_point::max()), timers_.begin()->first);
  constexpr milliseconds longest{60'000};
  const auto left = until ? std::chrono::ceil<milliseconds>(*until - Clock::now()) : longest;
  const auto timeout = std::clamp(left, milliseconds::zero(), longest);

  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()),
                               static_cast<int>(timeout.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_.number()) {
      std::uint64_t wakes = 0;
      static_cast<void>(read(wake_.number(), &wakes, sizeof wakes));
      continue;
    }
    const int what = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                     ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                     ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    int running = 0;
    curl_multi_socket_action(multi_, event.data.fd, what, &running);
  }
}

void HttpLoop::Impl::take_finished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }
}

void HttpLoop::Impl::finish(CURL* easy, CURLcode result) {
  void* user = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
  curl_multi_remove_handle(multi_, easy);
  const auto found = active_.find(static_cast<const Active*>(user)->id);
  const std::unique_ptr<Active> over = std::move(found->second);
  active_.erase(found);
  over->request.on_done(outcome(over->transfer, result, over->request.message, options_));
}

int HttpLoop::Impl::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* user,
                              void* known) noexcept {
  auto& loop = *static_cast<Impl*>(user);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(loop.epoll_.number(), EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.data.fd = socket;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  epoll_ctl(loop.epoll_.number(), known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
  curl_multi_assign(loop.multi_, socket, &loop);
  return 0;
}

int HttpLoop::Impl::on_timer(CURLM* /*multi*/, long milliseconds_left, void* user) noexcept {
  auto& loop = *static_cast<Impl*>(user);
  if (milliseconds_left < 0) {
    loop.curl_deadline_.reset();
  } else {
    loop.curl_deadline_ = Clock::now() + milliseconds(milliseconds_left);
  }
  return 0;
}

HttpLoop::HttpLoop(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpLoop::~HttpLoop() = default;
bool HttpLoop::is_inherited() const noexcept { return impl_->is_inherited(); }
HttpLoop::Id HttpLoop::start(Request request) { return impl_->start(std::move(request)); }
void HttpLoop::cancel(Id request) { impl_->cancel(request); }
void HttpLoop::hold(Id request) noexcept { impl_->hold(request); }
void HttpLoop::resume(Id request) { impl_->resume(request); }
void HttpLoop::run_after(milliseconds time, std::function<void()> action) {
  impl_->run_after(time, std::move(action));
}
void HttpLoop::post(std::function<void()> action) { impl_->post(std::move(action)); }
void HttpLoop::run_until(const std::function<bool()>& is_done) { impl_->run_until(is_done); }

}  // namespace sonde::transport
