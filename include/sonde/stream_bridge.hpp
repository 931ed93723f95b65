#pragma once

// What a program writes to std::clog, std::cerr or std::cout, as log records, one a line; the stream shows it
// as before:
//
//     sonde::StreamBridge clog(std::clog);
//     std::clog << "index built: " << documents << " documents\n";
//
// For programs that log this way already. A line belongs to the span that was current when it ended.

#include <iosfwd>
#include <memory>
#include <optional>

#include "sonde/logger.hpp"

namespace sonde {

struct StreamBridgeOptions {
  Severity severity = Severity::info;  ///< Of every line: a stream does not tell.
  std::optional<Logger> logger = {};   ///< Else the global provider's, of the scope sonde.stream_bridge.
};

/// While it lives, complete lines that any thread writes to `stream` are emitted; what a thread has written
/// of a line stays apart from what others write meanwhile, and is emitted at the end as it is. Of a longer
/// line than 64 KiB the parts are records. What is written while a line is being emitted, by an exporter or a
/// diagnostic handler that uses the same stream, is shown and not emitted.
///
/// Make and destroy it while no other thread writes to the stream, and destroy several on one stream in the
/// reverse order. The stream must outlive it.
class StreamBridge {
 public:
  explicit StreamBridge(std::ostream& stream, const StreamBridgeOptions& options = {});
  ~StreamBridge();
  StreamBridge(const StreamBridge&) = delete;
  StreamBridge& operator=(const StreamBridge&) = delete;

 private:
  class Buffer;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace sonde
