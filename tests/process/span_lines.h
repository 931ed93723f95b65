#pragma once

// How the processes of these tests tell what they delivered: their exporter appends a line a span to a file
// that the test reads when they are gone. A line is one write, so processes may share the file.

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "sonde/span_exporter.hpp"

namespace sonde::test {

struct SpanLine {
  std::string process;  ///< Which one exported it.
  std::string trace_id;
  std::string span_id;
  std::string name;
};

class LineExporter final : public SpanExporter {
 public:
  explicit LineExporter(const char* path)
      : file_(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
  ~LineExporter() override { close(file_); }
  LineExporter(const LineExporter&) = delete;
  LineExporter& operator=(const LineExporter&) = delete;

  ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
    ExportResult result;
    batch.for_each([&](const InstrumentationScope&, const SpanView& span) {
      const std::string line = std::to_string(getpid()) + ' ' + span.trace_id().to_hex() + ' ' +
                               span.span_id().to_hex() + ' ' + std::string(span.name()) + '\n';
      if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        result.delivered = false;
    });
    return result;
  }

 private:
  int file_;
};

inline std::vector<SpanLine> read_span_lines(const std::string& path) {
  std::vector<SpanLine> lines;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    SpanLine line;
    std::istringstream words(text);
    words >> line.process >> line.trace_id >> line.span_id >> line.name;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace sonde::test
