#include "cli/demo_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

namespace sonde::cli {
namespace {

Error system_error(const std::string& what) {
  return {ErrorCode::internal,
          what + ": " + std::strerror(errno)};  // NOLINT(concurrency-mt-unsafe): one thread
}

/// Pointers to the strings, ended by null, as execve() wants them.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> merged_environment(const ChildCommand& command) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto replaces = [&](const auto& added) { return text.substr(0, text.find('=')) == added.first; };
    if (std::ranges::none_of(command.environment, replaces)) merged.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) {
    merged.emplace_back(name).append("=").append(value);
  }
  return merged;
}

/// What the child does between fork and exec; may only make calls that are safe after a fork. Reports errno
/// through `failure` if the program cannot be run.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int output,
                         int failure, pid_t parent) {
  setpgid(0, 0);  // Ctrl-C is the parent's; it says to its children when to stop
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(0);  // it ended before prctl()
  static_cast<void>(signal(SIGPIPE, SIG_DFL));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  execve(program, arguments, environment);
  const int reason = errno;
  static_cast<void>(write(failure, &reason, sizeof reason));
  _exit(127);
}

/// By number, for glibc 2.36 declares its wrapper as a C++ function, which it is not.
int open_process(pid_t id) { return static_cast<int>(syscall(SYS_pidfd_open, id, 0)); }

/// A pipe whose ends do not pass through exec.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  void close_writing() { close_end(1); }
  int release_reading() { return std::exchange(ends_[0], -1); }

 private:
  void close_end(std::size_t end) {
    if (ends_.at(end) >= 0) close(ends_.at(end));
    ends_.at(end) = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

/// Waits until one of the two is readable, or the time is up. The first comes first.
Expected<void> wait_for(int fd, const StopSignals& signals, ChildProcess::Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Error{ErrorCode::deadline_exceeded, "it took too long"};
    constexpr std::int64_t longest_wait = 3'600'000;
    std::array<pollfd, 2> states{
        {{.fd = fd, .events = POLLIN, .revents = 0}, {.fd = signals.fd(), .events = POLLIN, .revents = 0}}};
    const int ready =
        poll(states.data(), states.size(), static_cast<int>(std::min(left.count(), longest_wait)));
    if (ready < 0 && errno != EINTR) return system_error("cannot wait for a child process");
    if (ready <= 0) continue;
    if (states[0].revents != 0) return {};
    return Error{ErrorCode::cancelled, "asked to stop"};
  }
}

}  // namespace

Expected<ChildProcess> ChildProcess::start(const ChildCommand& command, const StopSignals& signals) {
  std::vector<std::string> arguments = command.arguments;
  arguments.insert(arguments.begin(), command.program);
  std::vector<std::string> environment = merged_environment(command);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  Pipe output;
  Pipe failure;
  if (!output.is_open() || !failure.is_open()) return system_error("cannot make a pipe");
  const pid_t parent = getpid();
  const pid_t id = fork();
  if (id < 0) return system_error("cannot start a process");
  if (id == 0) {
    become(command.program.c_str(), argument_pointers.data(), environment_pointers.data(), output.writing(),
           failure.writing(), parent);
  }
  output.close_writing();
  failure.close_writing();
  ChildProcess child(id, open_process(id), output.release_reading(), signals);
  int reason = 0;
  if (read(failure.reading(), &reason, sizeof reason) == sizeof reason) {
    errno = reason;
    return system_error("cannot run " + command.program);
  }
  if (child.process_ < 0) return system_error("cannot watch a process");
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      process_(std::exchange(other.process_, -1)),
      output_(std::exchange(other.output_, -1)),
      signals_(other.signals_),
      buffer_(std::move(other.buffer_)),
      ended_(std::exchange(other.ended_, true)),
      exit_code_(other.exit_code_) {}

ChildProcess::~ChildProcess() {
  stop();
  if (process_ >= 0) close(process_);
  if (output_ >= 0) close(output_);
}

Expected<std::string> ChildProcess::read_line(Deadline deadline) {
  while (true) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (const auto readable = wait_for(output_, *signals_, deadline); !readable) return readable.error();
    std::array<char, 4096> bytes;
    const ssize_t size = read(output_, bytes.data(), bytes.size());
    if (size > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    } else if (!buffer_.empty()) {
      buffer_ += '\n';  // the last line may have no end
    } else {
      return Error{ErrorCode::not_found, "its output has ended"};
    }
  }
}

Expected<int> ChildProcess::wait(Deadline deadline) {
  if (!ended_) {
    if (const auto ended = wait_for(process_, *signals_, deadline); !ended) return ended.error();
    reap();
  }
  return exit_code_;
}

void ChildProcess::stop(std::chrono::milliseconds grace) noexcept {
  if (ended_) return;
  kill(id_, SIGTERM);
  pollfd state{.fd = process_, .events = POLLIN, .revents = 0};
  while (poll(&state, 1, static_cast<int>(grace.count())) < 0 && errno == EINTR) {
  }
  if (state.revents == 0) kill(id_, SIGKILL);
  reap();
}

void ChildProcess::reap() noexcept {
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sonde::cli
