#pragma once

// An exporter of any signal, as those see it who only handle bytes.

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "sonde/otlp_batch.hpp"

namespace sonde::detail {

/// Members are called as those of Exporter are.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  [[nodiscard]] virtual ExportResult send(std::string_view otlp_request, std::size_t items,
                                          Deadline deadline) noexcept = 0;
  virtual void cancel() noexcept = 0;
  virtual void after_fork() noexcept = 0;

 protected:
  RequestSink() = default;
  RequestSink(const RequestSink&) = default;
  RequestSink& operator=(const RequestSink&) = default;
};

template <class Batch>
class ExporterSink final : public RequestSink {
 public:
  explicit ExporterSink(std::unique_ptr<Exporter<Batch>> exporter) noexcept
      : exporter_(std::move(exporter)) {}

  [[nodiscard]] ExportResult send(std::string_view otlp_request, std::size_t items,
                                  Deadline deadline) noexcept override {
    return exporter_->export_batch(Batch(otlp_request, items), deadline);
  }
  void cancel() noexcept override { exporter_->cancel(); }
  void after_fork() noexcept override { exporter_->after_fork(); }

 private:
  const std::unique_ptr<Exporter<Batch>> exporter_;
};

template <class Batch>
[[nodiscard]] std::shared_ptr<RequestSink> make_sink(std::unique_ptr<Exporter<Batch>> exporter) {
  return std::make_shared<ExporterSink<Batch>>(std::move(exporter));
}

}  // namespace sonde::detail
