#include "sonde/prometheus_exporter.hpp"

#include <mutex>
#include <new>
#include <utility>

#include "sdk/diagnostics.h"
#include "sdk/fork.h"
#include "sdk/metrics/scrape_server.h"

namespace sonde {

/// A forked child does not serve: the port is its parent's.
class PrometheusExporter::Server {
 public:
  explicit Server(std::unique_ptr<detail::ScrapeServer> server) : server_(std::move(server)) {}
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }

  void start() {
    if (!is_own()) return server_->abandon();
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_started_, true)) return;
    if (const auto started = server_->start(); !started) detail::diagnose(started.error().message);
  }

  void stop() noexcept {
    if (!is_own()) {
      // Its thread is the parent's. What cannot be ended in order is left where it is.
      static_cast<void>(server_.release());
      return;
    }
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_stopped_, true)) server_->stop();
  }

 private:
  [[nodiscard]] bool is_own() const noexcept { return generation_ == detail::fork_generation(); }

  std::mutex mutex_;
  std::unique_ptr<detail::ScrapeServer> server_;
  const std::uint64_t generation_ = detail::fork_generation();
  bool is_started_ = false;
  bool is_stopped_ = false;
};

PrometheusExporter::PrometheusExporter(PrometheusOptions options) : options_(std::move(options)) {}

PrometheusExporter::~PrometheusExporter() = default;

Expected<std::shared_ptr<PrometheusExporter>> PrometheusExporter::create(const PrometheusOptions& options) {
  std::shared_ptr<PrometheusExporter> exporter(new PrometheusExporter(options));
  auto* const reader = exporter.get();  // the server goes first
  auto server = detail::ScrapeServer::create(
      options.host, options.port, [reader](const detail::PrometheusFormat& format) {
        return detail::prometheus_text(reader->collect(), reader->options_, format);
      });
  if (!server) return server.error();
  exporter->server_ = std::make_shared<Server>(std::move(*server));
  return exporter;
}

std::uint16_t PrometheusExporter::port() const noexcept { return server_->port(); }

AggregationTemporality PrometheusExporter::temporality(InstrumentKind /*kind*/) const noexcept {
  return AggregationTemporality::cumulative;
}

Aggregation PrometheusExporter::default_aggregation(InstrumentKind kind) const {
  return kind == InstrumentKind::histogram ? options_.histogram_aggregation : Aggregation();
}

void PrometheusExporter::on_attached() noexcept {
  try {
    server_->start();
  } catch (const std::bad_alloc&) {
    detail::diagnose("metrics cannot be served: out of memory");
  }
}

bool PrometheusExporter::force_flush(Deadline /*deadline*/) noexcept { return true; }

bool PrometheusExporter::shutdown(Deadline /*deadline*/) noexcept {
  server_->stop();
  return true;
}

}  // namespace sonde
