#include "store/duckdb/duckdb_store.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/duckdb/engine.h"
#include "store/duckdb/find_traces.h"
#include "store/duckdb/group_writer.h"
#include "store/duckdb/read_items.h"
#include "store/duckdb/span_kinds.h"

namespace sonde::store {
namespace {

using duckdb::Connection;
using duckdb::Rows;

template <class Item>
std::size_t size_of(const otlp::Batch<Item>& batch) {
  return batch.arena.size() + batch.items.size() * sizeof(Item);
}

Expected<std::vector<std::string>> read_services(Connection& connection) {
  Expected<Rows> rows = connection.query(
      "SELECT DISTINCT service_name FROM operations WHERE service_name <> '' ORDER BY service_name");
  if (!rows) return rows.error();
  std::vector<std::string> services;
  while (rows->next()) services.emplace_back(rows->text());
  return services;
}

Expected<std::vector<Operation>> read_operations(Connection& connection, const std::string& service) {
  Expected<Rows> rows = connection.query(
      "SELECT DISTINCT name, kind FROM operations WHERE service_name = $1 ORDER BY name, kind",
      std::span(&service, 1));
  if (!rows) return rows.error();
  std::vector<Operation> operations;
  while (rows->next()) {
    Operation& operation = operations.emplace_back();
    operation.name = rows->text();
    operation.span_kind = duckdb::kind_name(rows->number<std::uint8_t>());
  }
  return operations;
}

Expected<std::vector<MetricSummary>> read_metric_summaries(Connection& connection) {
  Expected<Rows> rows = connection.query(
      "SELECT name, type, unit, description, service_name, sum(coalesce(points, 0))::UBIGINT, "
      "coalesce(max(last_time), 0) FROM metrics LEFT JOIN (SELECT metric_id, count(*) AS points, max(time) "
      "AS "
      "last_time FROM data_points GROUP BY metric_id) USING (metric_id) GROUP BY ALL ORDER BY ALL");
  if (!rows) return rows.error();
  std::vector<MetricSummary> metrics;
  while (rows->next()) {
    MetricSummary& metric = metrics.emplace_back();
    metric.name = rows->text();
    metric.type = rows->text();
    metric.unit = rows->text();
    metric.description = rows->text();
    metric.service = rows->text();
    metric.points = rows->number<std::uint64_t>();
    metric.last_time = rows->number<std::uint64_t>();
  }
  return metrics;
}

Expected<Totals> read_totals(Connection& connection) {
  Expected<Rows> rows = connection.query(
      "SELECT (SELECT count(*) FROM spans), (SELECT count(*) FROM logs), (SELECT count(*) FROM data_points)");
  if (!rows) return rows.error();
  static_cast<void>(rows->next());
  Totals totals;
  totals.spans = static_cast<std::uint64_t>(rows->number<std::int64_t>());
  totals.log_records = static_cast<std::uint64_t>(rows->number<std::int64_t>());
  totals.data_points = static_cast<std::uint64_t>(rows->number<std::int64_t>());
  return totals;
}

class DuckDbStore final : public Store {
 public:
  DuckDbStore(std::unique_ptr<duckdb::Engine> engine, const DuckDbOptions& options)
      : engine_(std::move(engine)) {
    if (!options.read_only) writer_.emplace(*engine_, options);
  }
  DuckDbStore(const DuckDbStore&) = delete;
  DuckDbStore& operator=(const DuckDbStore&) = delete;
  ~DuckDbStore() override { DuckDbStore::close(); }

  void consume(std::shared_ptr<const otlp::TraceBatch> batch, otlp::Done done) override {
    add(std::move(batch), std::move(done));
  }
  void consume(std::shared_ptr<const otlp::LogBatch> batch, otlp::Done done) override {
    add(std::move(batch), std::move(done));
  }
  void consume(std::shared_ptr<const otlp::MetricBatch> batch, otlp::Done done) override {
    add(std::move(batch), std::move(done));
  }

  Expected<std::vector<TraceSummary>> find_traces(const TraceFilter& filter) override {
    return engine_->read([&](Connection& connection) { return duckdb::find_traces(connection, filter); });
  }
  Expected<std::shared_ptr<const otlp::TraceBatch>> trace(const TraceId& id) override {
    return engine_->read([&](Connection& connection) { return duckdb::read_trace(connection, id); });
  }
  Expected<std::vector<std::string>> services() override { return engine_->read(read_services); }
  Expected<std::vector<Operation>> operations(const std::string& service) override {
    return engine_->read([&](Connection& connection) { return read_operations(connection, service); });
  }
  Expected<std::shared_ptr<const otlp::LogBatch>> find_logs(const LogFilter& filter) override {
    return engine_->read([&](Connection& connection) { return duckdb::read_logs(connection, filter); });
  }
  Expected<std::vector<MetricSummary>> metrics() override { return engine_->read(read_metric_summaries); }
  Expected<std::shared_ptr<const otlp::MetricBatch>> metric(const std::string& name,
                                                            std::size_t limit) override {
    return engine_->read(
        [&](Connection& connection) { return duckdb::read_metric(connection, name, limit); });
  }
  Expected<Totals> totals() override { return engine_->read(read_totals); }

  void close() override {
    if (writer_) writer_->close();
    engine_->close();
  }

 private:
  template <class Item>
  // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved on but where it is refused
  void add(std::shared_ptr<const otlp::Batch<Item>> batch, otlp::Done done) {
    if (!writer_) {
      done(Error{ErrorCode::permission_denied, "the store is open for reading only"});
      return;
    }
    const std::size_t bytes = size_of(*batch);
    writer_->add(std::move(batch), bytes, std::move(done));
  }

  std::unique_ptr<duckdb::Engine> engine_;
  std::optional<duckdb::GroupWriter> writer_;
};

}  // namespace

Expected<std::unique_ptr<Store>> open_duckdb(const DuckDbOptions& options) {
  Expected<std::unique_ptr<duckdb::Engine>> engine = duckdb::Engine::open(options);
  if (!engine) return engine.error();
  return std::unique_ptr<Store>(std::make_unique<DuckDbStore>(std::move(*engine), options));
}

}  // namespace sonde::store
