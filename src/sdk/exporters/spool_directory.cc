#include "sdk/exporters/spool_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "sdk/request_slice.h"

namespace sonde::sdk {
namespace {

// A file: the magic word, then items, bytes of the request and checksum of all the rest, 64 bits each as they
// stand in memory, then the request.
constexpr std::string_view magic = "SONDESP1";
constexpr std::size_t header_size = 4 * sizeof(std::uint64_t);

constexpr std::string_view temporary_prefix = ".writing-";
constexpr std::string_view set_aside_suffix = ".damaged";

std::string_view suffix_of(Signal signal) noexcept {
  switch (signal) {
    case Signal::metrics: return ".metrics";
    case Signal::logs: return ".logs";
    default: return ".traces";
  }
}

std::uint64_t checksum(std::uint64_t items, std::string_view request) noexcept {
  const std::array<std::uint64_t, 2> numbers{items, request.size()};
  uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(numbers.data()), sizeof numbers);
  sum = crc32_z(sum, reinterpret_cast<const Bytef*>(request.data()), request.size());
  return sum;
}

/// Takes a number and the '.' or '-' behind it off the front of `text`.
bool take_number(std::string_view& text, std::uint64_t& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || (*end != '.' && *end != '-')) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

Error failure(const std::string& path, int error_number) {
  return {ErrorCode::internal,
          "the spool's folder " + path + " cannot be used: " + std::generic_category().message(error_number)};
}

}  // namespace

std::string encode_spool_file(std::string_view request, std::size_t items) {
  const std::array<std::uint64_t, 3> numbers{items, request.size(), checksum(items, request)};
  std::string file(magic);
  file.append(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
  return file.append(request);
}

Expected<std::string> decode_spool_file(std::string_view file) {
  std::array<std::uint64_t, 3> numbers{};
  const Error damaged{ErrorCode::invalid_argument, "it is not as it was written"};
  if (file.size() < header_size || !file.starts_with(magic)) return damaged;
  std::memcpy(numbers.data(), file.data() + magic.size(), sizeof numbers);
  const std::string_view request = file.substr(header_size);
  if (numbers[1] != request.size() || numbers[2] != checksum(numbers[0], request)) return damaged;
  return std::string(request);
}

SpoolDirectory::SpoolDirectory(std::string path, Signal signal, bool flush_to_disk)
    : path_(std::move(path)), suffix_(suffix_of(signal)), flush_to_disk_(flush_to_disk) {}

std::string SpoolDirectory::path_of(std::string_view name) const {
  return std::string(path_).append("/").append(name);
}

std::size_t SpoolDirectory::file_size(std::string_view request) noexcept {
  return header_size + request.size();
}

Expected<void> SpoolDirectory::open() const {
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) return failure(path_, errno);
  const FileDescriptor lock_file(
      ::open(path_of(".lock" + std::string(suffix_)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_file.is_open()) return failure(path_, errno);
  return {};
}

std::optional<LockedFile> SpoolDirectory::lock() const {
  LockedFile::Failure failure{};
  return LockedFile::open(path_of(".lock" + std::string(suffix_)), O_RDWR | O_CREAT, failure);
}

std::optional<SpoolEntry> SpoolDirectory::parse(std::string_view name) const {
  SpoolEntry entry{.name = std::string(name)};
  entry.is_set_aside = name.ends_with(set_aside_suffix);
  if (entry.is_set_aside) name.remove_suffix(set_aside_suffix.size());
  if (!name.ends_with(suffix_)) return std::nullopt;
  std::uint64_t process = 0;
  std::uint64_t part = 0;
  if (!take_number(name, entry.time) || !take_number(name, process) || !take_number(name, part) ||
      !take_number(name, entry.items) || !take_number(name, entry.bytes)) {
    return std::nullopt;
  }
  return entry;
}

std::vector<SpoolEntry> SpoolDirectory::list() const {
  std::vector<SpoolEntry> entries;
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(path_.c_str()));
  while (const dirent* const file = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = file->d_name;
    if (auto entry = parse(name)) {
      entries.push_back(*std::move(entry));
    } else if (name.starts_with(temporary_prefix) && name.ends_with(suffix_)) {
      // Whoever writes it has it locked, but for the moment in which it is made.
      struct stat status {};
      const std::string path = path_of(name);
      constexpr time_t moment = 60;
      if (::stat(path.c_str(), &status) != 0 || status.st_mtime + moment > ::time(nullptr)) continue;
      LockedFile::Failure ignored{};
      if (LockedFile::open(path, O_RDWR, ignored)) ::unlink(path.c_str());
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Unique: the time only grows within a process, and the process's number stands beside it. The zeros make
/// names sort as the numbers do.
std::string SpoolDirectory::new_name(std::string_view request, std::size_t items) {
  last_time_ = std::max(base::Clock::now(), last_time_ + 1);
  std::array<char, 64> name{};
  const int size = std::snprintf(name.data(), name.size(), "%020llu-%010d-1",
                                 static_cast<unsigned long long>(last_time_), static_cast<int>(::getpid()));
  return name_of({name.data(), static_cast<std::size_t>(size)}, request, items);
}

std::string SpoolDirectory::name_of(const std::string& stem, std::string_view request,
                                    std::size_t items) const {
  return stem + "." + std::to_string(items) + "." + std::to_string(file_size(request)) + std::string(suffix_);
}

Expected<void> SpoolDirectory::write(const std::string& name, std::string_view request,
                                     std::size_t items) const {
  const std::string temporary = path_of(std::string(temporary_prefix) + name);
  LockedFile::Failure ignored{};
  const auto file = LockedFile::open(temporary, O_WRONLY | O_CREAT | O_EXCL, ignored);
  if (!file) return failure(path_, errno);
  const std::string content = encode_spool_file(request, items);
  std::string_view rest = content;
  int error = write_all(file->descriptor(), rest);
  if (error == 0 && flush_to_disk_ && ::fdatasync(file->descriptor()) != 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path_of(name).c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return failure(path_, error);
  }
  if (flush_to_disk_) {  // The name, too.
    const FileDescriptor directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open()) ::fsync(directory.get());
  }
  return {};
}

Expected<void> SpoolDirectory::split(const SpoolEntry& entry, std::string_view request,
                                     std::size_t items_of_first) const {
  // The parts of file 1 are 2 and 3, those of 2 are 4 and 5: unique, and within the file's place in the
  // order.
  std::string_view rest = entry.name;
  std::uint64_t number = 0;
  for (int i = 0; i < 3; ++i) {
    if (!take_number(rest, number)) return Error{ErrorCode::internal, entry.name + " is no file of a spool"};
  }
  const std::string stem = entry.name.substr(0, entry.name.find('-', entry.name.find('-') + 1) + 1);
  const auto write_part = [&](std::uint64_t part, std::size_t first, std::size_t last) {
    const std::string slice = detail::slice_request(request, first, last);
    return write(name_of(stem + std::to_string(part), slice, last - first), slice, last - first);
  };
  if (auto first = write_part(2 * number, 0, items_of_first); !first) return first;
  if (auto second = write_part(2 * number + 1, items_of_first, entry.items); !second) return second;
  static_cast<void>(remove(entry));  // If it stays, its items come twice; better than not at all.
  return {};
}

Expected<ClaimedSpoolFile> SpoolDirectory::claim(const SpoolEntry& entry) const {
  const std::string path = path_of(entry.name);
  LockedFile::Failure failed{};
  auto file = LockedFile::open(path, O_RDONLY, failed);
  if (!file) {
    return Error{failed == LockedFile::Failure::busy      ? ErrorCode::unavailable
                 : failed == LockedFile::Failure::missing ? ErrorCode::not_found
                                                          : ErrorCode::internal,
                 "the file " + path + " cannot be read"};
  }
  struct stat status {};
  constexpr std::uint64_t largest = 1u << 30;  // Far above what exporters take; so it is none of ours.
  const bool has_its_size = entry.bytes <= largest && ::fstat(file->descriptor(), &status) == 0 &&
                            static_cast<std::uint64_t>(status.st_size) == entry.bytes;
  std::string content(has_its_size ? entry.bytes : 0, '\0');
  if (has_its_size && ::pread(file->descriptor(), content.data(), content.size(), 0) !=
                          static_cast<ssize_t>(content.size())) {
    return Error{ErrorCode::internal, "the file " + path + " cannot be read"};
  }
  Expected<std::string> request = decode_spool_file(content);
  if (!request)
    return Error{request.error().code, "the file " + path + " is damaged: " + request.error().message};
  return ClaimedSpoolFile{*std::move(file), *std::move(request)};
}

bool SpoolDirectory::remove(const SpoolEntry& entry) const noexcept {
  return ::unlink(path_of(entry.name).c_str()) == 0 || errno == ENOENT;
}

bool SpoolDirectory::remove_unclaimed(const SpoolEntry& entry) const {
  const std::string path = path_of(entry.name);
  LockedFile::Failure ignored{};
  const auto file = LockedFile::open(path, O_RDONLY, ignored);
  return file && ::unlink(path.c_str()) == 0;
}

bool SpoolDirectory::set_aside(const SpoolEntry& entry) const noexcept {
  const std::string path = path_of(entry.name);
  return std::rename(path.c_str(), (path + std::string(set_aside_suffix)).c_str()) == 0;
}

}  // namespace sonde::sdk
