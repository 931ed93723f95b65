#include "sonde/otlp_file_exporter.hpp"

#include <cerrno>
#include <new>
#include <system_error>

#include "sdk/exporters/otlp_json.h"
#include "sdk/exporters/rotating_file.h"
#include "sdk/exporters/signal.h"

namespace sonde {
namespace {

using sdk::ExporterOf;
using sdk::SignalOf;

/// A stream that is flushed after every line, as a RotatingFile is.
class Stream {
 public:
  explicit Stream(std::FILE* stream) noexcept : stream_(stream) {}

  [[nodiscard]] Expected<void> append(std::string_view text) {
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stream_) == text.size() && std::fflush(stream_) == 0) {
      return {};
    }
    std::clearerr(stream_);
    return Error{ErrorCode::internal,
                 "the output stream cannot be written: " + std::generic_category().message(errno)};
  }

 private:
  std::FILE* stream_;
};

template <class Batch, class Sink>
class OtlpLinesExporter final : public ExporterOf<Batch> {
 public:
  explicit OtlpLinesExporter(Sink sink) : sink_(std::move(sink)) {}

  ExportResult export_batch(const Batch& batch, Deadline /*deadline*/) noexcept override {
    try {
      line_.clear();
      if (!sdk::append_otlp_json(SignalOf<Batch>::value, batch.otlp_request(), line_)) {
        return {.delivered = false,
                .message = "a value in the batch is nested too deeply for JSON",
                .failure = ExportFailure::invalid};
      }
      line_ += '\n';
      const Expected<void> written = sink_.append(line_);
      return {.delivered = written.has_value(), .message = written ? "" : written.error().message};
    } catch (const std::bad_alloc&) {
      return {.delivered = false, .message = "out of memory"};
    }
  }

 private:
  Sink sink_;
  std::string line_;  ///< Keeps its memory.
};

template <class Batch>
Expected<std::unique_ptr<ExporterOf<Batch>>> make_file_exporter(const OtlpFileOptions& options) {
  sdk::RotatingFile file(options.path, options.max_file_bytes, options.max_files);
  if (auto opened = file.open(); !opened) return opened.error();
  return std::unique_ptr<ExporterOf<Batch>>(
      std::make_unique<OtlpLinesExporter<Batch, sdk::RotatingFile>>(std::move(file)));
}

template <class Batch>
std::unique_ptr<ExporterOf<Batch>> make_stream_exporter(std::FILE* stream) {
  return std::make_unique<OtlpLinesExporter<Batch, Stream>>(Stream(stream));
}

}  // namespace

Expected<std::unique_ptr<SpanExporter>> make_otlp_file_span_exporter(const OtlpFileOptions& options) {
  return make_file_exporter<SpanBatch>(options);
}
Expected<std::unique_ptr<LogRecordExporter>> make_otlp_file_log_record_exporter(
    const OtlpFileOptions& options) {
  return make_file_exporter<LogRecordBatch>(options);
}
Expected<std::unique_ptr<MetricExporter>> make_otlp_file_metric_exporter(const OtlpFileOptions& options) {
  return make_file_exporter<MetricBatch>(options);
}

std::unique_ptr<SpanExporter> make_otlp_stream_span_exporter(std::FILE* stream) {
  return make_stream_exporter<SpanBatch>(stream);
}
std::unique_ptr<LogRecordExporter> make_otlp_stream_log_record_exporter(std::FILE* stream) {
  return make_stream_exporter<LogRecordBatch>(stream);
}
std::unique_ptr<MetricExporter> make_otlp_stream_metric_exporter(std::FILE* stream) {
  return make_stream_exporter<MetricBatch>(stream);
}

}  // namespace sonde
