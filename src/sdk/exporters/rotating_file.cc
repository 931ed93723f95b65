#include "sdk/exporters/rotating_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

namespace sonde::sdk {

RotatingFile::RotatingFile(std::string path, std::size_t max_file_bytes, std::size_t max_files)
    : path_(std::move(path)),
      max_file_bytes_(max_file_bytes),
      max_files_(std::max<std::size_t>(max_files, 1)) {}

Error RotatingFile::failure(int error_number) const {
  return {ErrorCode::internal,
          "the file " + path_ + " cannot be written: " + std::generic_category().message(error_number)};
}

Expected<void> RotatingFile::open() {
  file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (!file_.is_open()) return failure(errno);
  ends_inside_a_line_ = false;
  return {};
}

/// False if somebody moved or deleted it; logrotate, say, or another process that shares the path.
bool RotatingFile::is_where_it_was() const noexcept {
  struct stat own {};
  struct stat named {};
  return file_.is_open() && ::fstat(file_.get(), &own) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         own.st_ino == named.st_ino && own.st_dev == named.st_dev;
}

std::string RotatingFile::numbered(std::size_t number) const {
  return number == 0 ? path_ : path_ + "." + std::to_string(number);
}

void RotatingFile::rotate() noexcept {
  ::unlink(numbered(max_files_ - 1).c_str());  // With one file only, that is the file itself.
  for (std::size_t number = max_files_ - 1; number > 0; --number) {
    std::rename(numbered(number - 1).c_str(), numbered(number).c_str());
  }
}

Expected<void> RotatingFile::make_room(std::size_t size) {
  struct stat status {};
  if (max_file_bytes_ == 0 || ::fstat(file_.get(), &status) != 0) return {};
  const auto used = static_cast<std::size_t>(status.st_size);
  if (used == 0 || used + size <= max_file_bytes_) return {};
  // Of several processes one rotates; the others find the file gone from its name when they have the lock.
  ::flock(file_.get(), LOCK_EX);
  if (is_where_it_was()) rotate();
  ::flock(file_.get(), LOCK_UN);
  return open();
}

Expected<void> RotatingFile::append(std::string_view text) {
  if (!is_where_it_was()) {
    if (auto opened = open(); !opened) return opened;
  }
  if (auto room = make_room(text.size()); !room) return room;
  if (ends_inside_a_line_) {
    std::string_view line_end = "\n";
    if (const int error = write_all(file_.get(), line_end); error != 0) return failure(error);
    ends_inside_a_line_ = false;
  }
  std::string_view rest = text;
  const int error = write_all(file_.get(), rest);
  if (error == 0) return {};
  ends_inside_a_line_ = rest.size() < text.size();
  return failure(error);
}

}  // namespace sonde::sdk
