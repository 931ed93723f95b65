#pragma once

// The files of a spool: one a batch, named so that names sort by age and tell what can be known without
// opening them. A file appears under its name only when it is complete, and says by a checksum whether it
// still is. No threads, no policy of when to send.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/exporters/locked_file.h"
#include "sdk/exporters/signal.h"
#include "sonde/expected.hpp"

namespace sonde::sdk {

/// What a file's name tells.
struct SpoolEntry {
  std::string name;
  std::uint64_t time = 0;  ///< When it was written: nanoseconds since the Unix epoch.
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  bool is_set_aside = false;  ///< Found damaged.

  friend bool operator<(const SpoolEntry& a, const SpoolEntry& b) noexcept { return a.name < b.name; }
};

/// One file, out of the reach of others while this lives.
struct ClaimedSpoolFile {
  LockedFile file;
  std::string request;  ///< An Export*ServiceRequest.
};

class SpoolDirectory {
 public:
  SpoolDirectory(std::string path, Signal signal, bool flush_to_disk);

  /// Makes the folder if it is missing, and sees whether files can be made in it.
  [[nodiscard]] Expected<void> open() const;

  /// The lock of the one process, and object, that sends this signal's files; nothing if another has it.
  [[nodiscard]] std::optional<LockedFile> lock() const;

  /// The signal's files, oldest first. Removes what was left half-written by a process that ended.
  [[nodiscard]] std::vector<SpoolEntry> list() const;

  /// A name for a file to be written, behind all that this process has written.
  [[nodiscard]] std::string new_name(std::string_view request, std::size_t items);
  /// Writes a request to the file of that name. Errors name the folder.
  [[nodiscard]] Expected<void> write(const std::string& name, std::string_view request,
                                     std::size_t items) const;
  /// Replaces a file by two, in its place in the order: the first `items_of_first` items, and the rest.
  [[nodiscard]] Expected<void> split(const SpoolEntry& entry, std::string_view request,
                                     std::size_t items_of_first) const;

  /// The size a request has as a file.
  [[nodiscard]] static std::size_t file_size(std::string_view request) noexcept;

  /// Fails with unavailable (another has it), not_found (it is gone), invalid_argument (damaged) or internal
  /// (cannot be read).
  [[nodiscard]] Expected<ClaimedSpoolFile> claim(const SpoolEntry& entry) const;
  /// False if the file is still there.
  [[nodiscard]] bool remove(const SpoolEntry& entry) const noexcept;
  /// Removes a file unless another has claimed or removed it.
  [[nodiscard]] bool remove_unclaimed(const SpoolEntry& entry) const;
  /// Keeps a damaged file for a person to look at, until it is among the oldest. False if that failed.
  [[nodiscard]] bool set_aside(const SpoolEntry& entry) const noexcept;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] std::string name_of(const std::string& stem, std::string_view request,
                                    std::size_t items) const;
  [[nodiscard]] std::optional<SpoolEntry> parse(std::string_view name) const;

  std::string path_;
  std::string_view suffix_;  ///< ".traces", ...
  bool flush_to_disk_;
  std::uint64_t last_time_ = 0;
};

/// A request as a file holds it, and out of it again; what is not whole and as it was written is an error.
[[nodiscard]] std::string encode_spool_file(std::string_view request, std::size_t items);
[[nodiscard]] Expected<std::string> decode_spool_file(std::string_view file);

}  // namespace sonde::sdk
