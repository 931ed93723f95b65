#include "store/duckdb/session.h"

#include <algorithm>
#include <cstddef>

#include "store/duckdb/log_table.h"
#include "store/duckdb/metric_table.h"
#include "store/duckdb/origin_table.h"

namespace sonde::store::duckdb {
namespace {

template <class Item>
using BatchOf = std::shared_ptr<const otlp::Batch<Item>>;

/// Goes through all items of one signal in a group of batches.
template <class Item>
class Cursor {
 public:
  explicit Cursor(std::span<const Batch> batches) : batches_(batches) {}

  /// The next item, or null after the last.
  const Item* next() {
    for (; batch_ < batches_.size(); ++batch_, item_ = 0) {
      const auto* const batch = std::get_if<BatchOf<Item>>(&batches_[batch_]);
      if (batch != nullptr && item_ < (*batch)->items.size()) return &(*batch)->items[item_++];
    }
    return nullptr;
  }

 private:
  std::span<const Batch> batches_;
  std::size_t batch_ = 0;
  std::size_t item_ = 0;
};

template <class Item>
bool has_any(std::span<const Batch> batches) {
  return Cursor<Item>(batches).next() != nullptr;
}

/// The next item of a list as a row, for an Inserter.
template <class List, class WriteRow>
auto each(const List& list, WriteRow write_row) {
  return [next = list.begin(), end = list.end(), write_row](RowWriter& row) mutable {
    if (next == end) return false;
    write_row(*next++, row);
    return true;
  };
}

Expected<std::uint32_t> next_id(Connection& connection, const std::string& column, const Table& table) {
  Expected<Rows> rows = connection.query("SELECT coalesce(max(" + column + ") + 1, 0)::UINTEGER FROM " +
                                         std::string(table.name));
  if (!rows) return rows.error();
  static_cast<void>(rows->next());
  return rows->number<std::uint32_t>();
}

}  // namespace

template <class Item>
std::uint32_t Numbering<Item>::number(const Item& item) {
  const auto [known, is_unknown] = known_.try_emplace(&item, 0);
  if (!is_unknown) return known->second;
  identity_.clear();
  append_identity(item, identity_);
  const Dictionary::Entry entry = dictionary_.add(identity_);
  if (entry.is_new) new_items_.emplace_back(entry.id, &item);
  known->second = entry.id;
  return entry.id;
}

template <class Item>
void Numbering<Item>::end_group(bool committed) {
  committed ? dictionary_.commit() : dictionary_.roll_back();
  known_.clear();
  new_items_.clear();
}

Expected<std::unique_ptr<Session>> Session::create(Connection connection) {
  std::unique_ptr<Session> session(new Session(std::move(connection)));
  const Expected<void> prepared = session->prepare();
  if (!prepared) return prepared.error();
  return session;
}

Expected<void> Session::prepare() {
  const std::pair<std::unique_ptr<Inserter>*, const Table*> wanted[] = {
      {&inserters_.spans, &spans_table},           {&inserters_.trace_parts, &trace_parts_table},
      {&inserters_.operations, &operations_table}, {&inserters_.resources, &resources_table},
      {&inserters_.scopes, &scopes_table},         {&inserters_.logs, &logs_table},
      {&inserters_.metrics, &metrics_table},       {&inserters_.data_points, &data_points_table}};
  for (const auto& [inserter, table] : wanted) {
    Expected<std::unique_ptr<Inserter>> made = Inserter::create(connection_, *table);
    if (!made) return made.error();
    *inserter = std::move(*made);
  }
  const auto resource = next_id(connection_, "resource_id", resources_table);
  const auto scope = next_id(connection_, "scope_id", scopes_table);
  const auto metric = next_id(connection_, "metric_id", metrics_table);
  for (const auto* const id : {&resource, &scope, &metric}) {
    if (!*id) return id->error();
  }
  resources_ = Numbering<otlp::Resource>(*resource);
  scopes_ = Numbering<otlp::Scope>(*scope);
  metrics_ = Dictionary(*metric);
  return pending_spans_.load(connection_);
}

Expected<void> Session::write(std::span<const Batch> batches) {
  Expected<void> written = connection_.execute("BEGIN");
  if (written) written = insert(batches);
  if (written) written = connection_.execute("COMMIT");
  // After a COMMIT that failed there is no transaction left, and this says so.
  if (!written) static_cast<void>(connection_.execute("ROLLBACK"));
  end_group(written.has_value());
  return written;
}

Expected<void> Session::insert(std::span<const Batch> batches) {
  Expected<void> done;
  if (has_any<otlp::Span>(batches)) done = insert_spans(batches);
  if (done) done = pending_spans_.delete_replaced(connection_);
  if (done && has_any<otlp::LogRecord>(batches)) done = insert_logs(batches);
  if (done && has_any<otlp::Metric>(batches)) done = insert_points(batches);
  // These know what to write only now.
  if (done) done = insert_trace_parts();
  if (done) done = insert_new_operations();
  if (done) done = insert_new_metrics();
  if (done) done = insert_new(resources_, *inserters_.resources, write_resource);
  if (done) done = insert_new(scopes_, *inserters_.scopes, write_scope);
  return done;
}

Expected<void> Session::insert_spans(std::span<const Batch> batches) {
  return inserters_.spans->insert([this, spans = Cursor<otlp::Span>(batches)](RowWriter& row) mutable {
    const otlp::Span* const span = spans.next();
    if (span == nullptr) return false;
    write_span(*span, origin_of(*span), row);
    note_trace_part(*span);
    note_operation(*span);
    pending_spans_.note(*span);
    return true;
  });
}

Expected<void> Session::insert_logs(std::span<const Batch> batches) {
  return inserters_.logs->insert([this, logs = Cursor<otlp::LogRecord>(batches)](RowWriter& row) mutable {
    const otlp::LogRecord* const log = logs.next();
    if (log == nullptr) return false;
    write_log(*log, origin_of(*log), row);
    return true;
  });
}

Expected<void> Session::insert_points(std::span<const Batch> batches) {
  const otlp::Metric* metric = nullptr;
  std::uint32_t id = 0;
  std::size_t position = 0;
  Cursor<otlp::Metric> metrics(batches);
  return inserters_.data_points->insert([&](RowWriter& row) {
    while (metric == nullptr || position == point_count(*metric)) {
      metric = metrics.next();
      if (metric == nullptr) return false;
      id = number(*metric);
      position = 0;
    }
    write_point(id, *metric, position++, row);
    return true;
  });
}

void Session::note_trace_part(const otlp::Span& span) {
  const auto [found, is_new] = trace_parts_.try_emplace(span.trace_id, span.start_time, span.start_time);
  TracePart& part = found->second;
  part.first_start_time = std::min(part.first_start_time, span.start_time);
  part.last_start_time = std::max(part.last_start_time, span.start_time);
}

void Session::note_operation(const otlp::Span& span) {
  identity_.assign(span.resource->service_name).append(1, '\0').append(span.name);
  identity_ += static_cast<char>(span.kind);
  if (!operations_.add(identity_).is_new) return;
  new_operations_.push_back({span.resource->service_name, span.name, span.kind});
}

std::uint32_t Session::number(const otlp::Metric& metric) {
  const Origin origin = origin_of(metric);
  identity_.clear();
  append_identity(metric, origin, identity_);
  const Dictionary::Entry entry = metrics_.add(identity_);
  if (entry.is_new) new_metrics_.push_back({entry.id, &metric, origin});
  return entry.id;
}

Expected<void> Session::insert_trace_parts() {
  if (trace_parts_.empty()) return {};
  return inserters_.trace_parts->insert(each(trace_parts_, [](const auto& part, RowWriter& row) {
    row.trace_id(part.first);
    row.number(part.second.first_start_time);
    row.number(part.second.last_start_time);
  }));
}

Expected<void> Session::insert_new_operations() {
  if (new_operations_.empty()) return {};
  return inserters_.operations->insert(
      each(new_operations_, [](const NewOperation& operation, RowWriter& row) {
        row.text(operation.service_name);
        row.text(operation.name);
        row.number(static_cast<std::uint8_t>(operation.kind));
      }));
}

Expected<void> Session::insert_new_metrics() {
  if (new_metrics_.empty()) return {};
  return inserters_.metrics->insert(each(new_metrics_, [](const NewMetric& item, RowWriter& row) {
    write_metric(item.id, *item.metric, item.origin, row);
  }));
}

template <class Item, class WriteRow>
Expected<void> Session::insert_new(const Numbering<Item>& numbering, Inserter& inserter, WriteRow write_row) {
  if (numbering.new_items().empty()) return {};
  return inserter.insert(each(numbering.new_items(), [write_row](const auto& numbered, RowWriter& row) {
    write_row(numbered.first, *numbered.second, row);
  }));
}

void Session::end_group(bool committed) {
  resources_.end_group(committed);
  scopes_.end_group(committed);
  committed ? metrics_.commit() : metrics_.roll_back();
  committed ? operations_.commit() : operations_.roll_back();
  pending_spans_.end_group(committed);
  trace_parts_.clear();
  new_operations_.clear();
  new_metrics_.clear();
}

}  // namespace sonde::store::duckdb
