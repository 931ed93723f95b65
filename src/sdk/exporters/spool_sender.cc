#include "sdk/exporters/spool_sender.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "base/clock.h"
#include "sdk/diagnostics.h"

namespace sonde::sdk {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How often a spool is looked through for files of other processes, and for their lock.
constexpr milliseconds look_interval{1'000};

/// Of one file's export; exporters have shorter ones of their own.
constexpr std::chrono::seconds export_timeout{30};

std::string_view items_of(Signal signal) noexcept {
  switch (signal) {
    case Signal::metrics: return "data points";
    case Signal::logs: return "log records";
    default: return "spans";
  }
}

}  // namespace

void SpoolAccount::lose(Counter counter, std::uint64_t items, std::string_view why) const {
  if (items == 0) return;
  count(counter, items);
  std::string message = "the spool " + directory + " lost " + std::to_string(items) + " ";
  detail::diagnose(message.append(items_of(signal)).append(": ").append(why));
}

SpoolSender::SpoolSender(SpoolDirectory directory, SpoolAccount account,
                         std::shared_ptr<detail::RequestSink> sink, SpoolOptions options)
    : directory_(std::move(directory)),
      account_(std::move(account)),
      sink_(std::move(sink)),
      options_(std::move(options)) {}

void SpoolSender::start() noexcept {
  const std::lock_guard lock(mutex_);
  try {
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
    state_ = State::working;
  } catch (const std::exception&) {
    detail::diagnose("a spool's files stay where they are: there can be no thread to send them");
  }
}

bool SpoolSender::expect(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::working || is_stopping_) return false;
  expected_ = name;
  is_answered_ = false;
  result_.reset();
  return true;
}

void SpoolSender::notify() {
  const std::lock_guard lock(mutex_);
  has_new_file_ = true;
  changed_.notify_all();
}

std::optional<ExportResult> SpoolSender::expected_result(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return result_ || state_ != State::working; });
  changed_.wait(lock, [this] { return !is_answered_; });
  expected_.clear();
  return std::exchange(result_, std::nullopt);
}

ExportResult SpoolSender::send_directly(std::string_view request, std::size_t items, Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, deadline, [this] { return !is_exporting_ || is_cancelled_; })) {
    return {.delivered = false, .message = "the exporter was busy with the spool's files"};
  }
  if (is_cancelled_) return {.delivered = false, .message = "cancelled"};
  is_exporting_ = true;
  lock.unlock();
  ExportResult result = sink_->send(request, items, deadline);
  lock.lock();
  is_exporting_ = false;
  changed_.notify_all();
  return result;
}

void SpoolSender::stop(Deadline deadline) noexcept {
  std::unique_lock lock(mutex_);
  is_stopping_ = true;
  changed_.notify_all();
  const auto has_stopped = [this] { return state_ == State::stopped; };
  if (!changed_.wait_until(lock, deadline, has_stopped)) {
    is_cancelled_ = true;
    lock.unlock();
    sink_->cancel();
    lock.lock();
    constexpr milliseconds patience{500};
    changed_.wait_for(lock, patience, has_stopped);
  }
  std::thread thread = std::exchange(thread_, std::thread());
  const bool is_stuck = !has_stopped();
  lock.unlock();
  if (thread.joinable()) is_stuck ? thread.detach() : thread.join();
}

void SpoolSender::cancel() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    is_cancelled_ = true;
    changed_.notify_all();
  }
  sink_->cancel();
}

void SpoolSender::run() noexcept {
  std::optional<LockedFile> lock;
  for (bool goes_on = true; goes_on;) {
    try {
      if (!lock) {
        if (auto taken = directory_.lock()) lock.emplace(*std::move(taken));
      }
      if (!lock) {
        enter(State::elsewhere);
        goes_on = rest(look_interval, false);
      } else if (send_all()) {
        enter(State::working);
        goes_on = rest(look_interval, true);
      } else {
        enter(State::away);
        goes_on = rest(retry_delay(), false);
      }
    } catch (const std::bad_alloc&) {
      enter(State::away);
      goes_on = rest(look_interval, false);
    }
  }
  lock.reset();
  enter(State::stopped);
}

bool SpoolSender::send_all() {
  for (bool has_sent = true; has_sent;) {
    has_sent = false;
    for (const SpoolEntry& entry : directory_.list()) {
      if (stuck_.contains(entry.name)) continue;
      if (entry.is_set_aside) {
        if (is_expired(entry)) remove(entry);
        continue;
      }
      const Sent sent = send(entry);
      if (sent == Sent::away) return false;
      if (sent == Sent::yes) has_sent = true;
    }
  }
  return true;
}

SpoolSender::Sent SpoolSender::send(const SpoolEntry& entry) {
  if (is_expired(entry)) {
    if (!directory_.remove_unclaimed(entry)) return Sent::not_now;
    account_.lose(SpoolMonitor::Counter::expired, entry.items, "they are older than the spool keeps them");
    return Sent::yes;
  }
  auto claimed = directory_.claim(entry);
  if (!claimed) return pass_over(entry, claimed.error());
  ExportResult result = send_directly(claimed->request, entry.items, steady_clock::now() + export_timeout);
  if (!result.delivered && result.failure == ExportFailure::unavailable) return Sent::away;
  finish(entry, claimed->request, std::move(result));
  return Sent::yes;
}

SpoolSender::Sent SpoolSender::pass_over(const SpoolEntry& entry, const Error& error) {
  if (error.code == ErrorCode::invalid_argument) {
    if (!directory_.set_aside(entry)) stuck_.insert(entry.name);
    account_.lose(SpoolMonitor::Counter::damaged, entry.items, error.message);
  } else if (error.code == ErrorCode::internal && unreadable_ != entry.name) {
    unreadable_ = entry.name;
    detail::diagnose(error.message);
  }
  return Sent::not_now;
}

void SpoolSender::finish(const SpoolEntry& entry, const std::string& request, ExportResult result) {
  const std::uint64_t rejected = std::min(result.rejected, entry.items);
  std::unique_lock lock(mutex_);
  is_answered_ = entry.name == expected_;
  const bool is_expected = is_answered_;
  lock.unlock();
  const bool may_split = !is_expected && !result.delivered && result.failure != ExportFailure::refused &&
                         entry.items > 1 && account_.signal != Signal::metrics;
  if (may_split && directory_.split(entry, request, entry.items / 2)) return;
  remove(entry);
  if (result.delivered) account_.count(SpoolMonitor::Counter::delivered, entry.items - rejected);
  const auto counter = result.delivered ? SpoolMonitor::Counter::rejected : SpoolMonitor::Counter::refused;
  const std::uint64_t lost = result.delivered ? rejected : entry.items;
  if (!is_expected) return account_.lose(counter, lost, result.message);
  account_.count(counter, lost);
  lock.lock();
  result_ = std::move(result);
  is_answered_ = false;
  changed_.notify_all();
}

void SpoolSender::remove(const SpoolEntry& entry) {
  if (directory_.remove(entry)) return;
  stuck_.insert(entry.name);
  detail::diagnose("the file " + entry.name + " of the spool " + directory_.path() +
                   " cannot be removed; its content will be sent again by the next process");
}

bool SpoolSender::is_expired(const SpoolEntry& entry) const {
  const auto age = std::chrono::nanoseconds(static_cast<std::int64_t>(base::Clock::now() - entry.time));
  return age > options_.max_age;
}

void SpoolSender::enter(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  is_answered_ = false;
  changed_.notify_all();
}

bool SpoolSender::rest(milliseconds time, bool may_wake) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return is_stopping_ || (may_wake && has_new_file_); });
  if (may_wake && std::exchange(has_new_file_, false) && !is_cancelled_) return true;
  return !is_stopping_;
}

milliseconds SpoolSender::retry_delay() noexcept {
  const double fraction = static_cast<double>(random_.next() >> 11) * 0x1p-53;
  return std::chrono::duration_cast<milliseconds>(options_.retry_delay * (0.8 + 0.4 * fraction));
}

}  // namespace sonde::sdk
