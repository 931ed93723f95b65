#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "sdk/exporters/file_descriptor.h"

namespace sonde::sdk {

/// An open file that no other LockedFile, of this process or another, has open. The lock goes with the object
/// and with the process, and is not inherited by a forked child.
class LockedFile {
 public:
  enum class Failure : std::uint8_t { busy, missing, other };

  /// Does not wait. `flags` are open()'s.
  [[nodiscard]] static std::optional<LockedFile> open(const std::string& path, int flags, Failure& failure);

  LockedFile(LockedFile&& other) noexcept;
  LockedFile& operator=(LockedFile&&) = delete;
  ~LockedFile();

  [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

 private:
  explicit LockedFile(FileDescriptor file) noexcept;

  FileDescriptor file_;
  int slot_ = -1;
};

}  // namespace sonde::sdk
