#include "sdk/exporters/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "sdk/fork.h"

namespace sonde::sdk {
namespace {

/// flock() locks belong to the open file, which a forked child has too: it closes its copies at once, or the
/// lock would outlive the parent. A process has a lock or two a spool; what finds no slot is merely
/// inherited.
std::array<std::atomic<int>, 64> descriptors;  // 0: free. Standard input is none of ours.

void close_inherited() noexcept {
  for (std::atomic<int>& slot : descriptors) {
    if (const int descriptor = slot.exchange(0); descriptor > 0) ::close(descriptor);
  }
}

int remember(int descriptor) noexcept {
  detail::call_after_fork(close_inherited);
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    int free = 0;
    if (descriptors[i].compare_exchange_strong(free, descriptor)) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

LockedFile::LockedFile(FileDescriptor file) noexcept : file_(std::move(file)), slot_(remember(file_.get())) {}

LockedFile::LockedFile(LockedFile&& other) noexcept
    : file_(std::move(other.file_)), slot_(std::exchange(other.slot_, -1)) {}

LockedFile::~LockedFile() {
  if (slot_ >= 0) descriptors[static_cast<std::size_t>(slot_)].store(0);
}

std::optional<LockedFile> LockedFile::open(const std::string& path, int flags, Failure& failure) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file.is_open()) {
    failure = errno == ENOENT ? Failure::missing : Failure::other;
    return std::nullopt;
  }
  LockedFile locked(std::move(file));
  if (::flock(locked.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    failure = errno == EWOULDBLOCK ? Failure::busy : Failure::other;
    return std::nullopt;
  }
  struct stat status {};
  if (::fstat(locked.descriptor(), &status) != 0 || status.st_nlink == 0) {  // Removed before it was locked.
    failure = Failure::missing;
    return std::nullopt;
  }
  return locked;
}

}  // namespace sonde::sdk
