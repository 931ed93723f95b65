#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sdk/exporters/file_descriptor.h"
#include "sonde/expected.hpp"

namespace sonde::sdk {

/// A file that is appended to, and set aside under a number when it has become too long. Several processes
/// may use the same path. Not thread-safe.
class RotatingFile {
 public:
  /// `max_file_bytes` 0: never set aside. `max_files` counts the one that is written, too.
  RotatingFile(std::string path, std::size_t max_file_bytes, std::size_t max_files);

  /// Opens the file, or makes it. Errors name the path.
  [[nodiscard]] Expected<void> open();

  /// Appends in one piece. After an error part of the text may stand at the end, on a line of its own.
  [[nodiscard]] Expected<void> append(std::string_view text);

 private:
  [[nodiscard]] bool is_where_it_was() const noexcept;
  [[nodiscard]] Expected<void> make_room(std::size_t size);
  void rotate() noexcept;
  [[nodiscard]] std::string numbered(std::size_t number) const;
  [[nodiscard]] Error failure(int error_number) const;

  std::string path_;
  std::size_t max_file_bytes_;
  std::size_t max_files_;
  FileDescriptor file_;
  bool ends_inside_a_line_ = false;
};

}  // namespace sonde::sdk
