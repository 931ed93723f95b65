#include "cli/stop_signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace sonde::cli {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals,
            SIGHUP);  // the terminal is gone; under nohup it is ignored, and then never arrives here
  return signals;
}

bool becomes_readable(int fd, int timeout) {
  pollfd state{.fd = fd, .events = POLLIN, .revents = 0};
  int ready = -1;
  do {
    ready = poll(&state, 1, timeout);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &previous_mask_);
  fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

StopSignals::~StopSignals() {
  const timespec at_once{};
  const sigset_t signals = stop_signals();
  while (sigtimedwait(&signals, nullptr, &at_once) > 0) {
  }
  close(fd_);
  pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

bool StopSignals::received() const noexcept { return becomes_readable(fd_, 0); }

void StopSignals::wait() const noexcept { becomes_readable(fd_, -1); }

}  // namespace sonde::cli
