#include "store/duckdb/origin_table.h"

#include <array>

#include "base/json_writer.h"
#include "store/nested.h"

namespace sonde::store::duckdb {
namespace {

using enum ColumnType;

constexpr auto resource_columns = std::to_array<Column>({
    {"resource_id", unsigned32},
    {"service_name", text},
    {"attributes", text},
    {"dropped_attributes", unsigned32},
    {"schema_url", text},
    {"entity_refs", text},
});

constexpr auto scope_columns = std::to_array<Column>({
    {"scope_id", unsigned32},
    {"name", text},
    {"version", text},
    {"attributes", text},
    {"dropped_attributes", unsigned32},
    {"schema_url", text},
});

}  // namespace

constinit const Table resources_table{"resources", resource_columns};
constinit const Table scopes_table{"scopes", scope_columns};

void write_resource(std::uint32_t id, const otlp::Resource& resource, RowWriter& row) {
  row.number(id);
  row.text(resource.service_name);
  row.attributes(resource.attributes);
  row.number(resource.dropped_attributes);
  row.optional_text(resource.schema_url);
  row.value(to_value(resource.entity_refs, row.arena()));
}

void write_scope(std::uint32_t id, const otlp::Scope& scope, RowWriter& row) {
  row.number(id);
  row.optional_text(scope.name);
  row.optional_text(scope.version);
  row.attributes(scope.attributes);
  row.number(scope.dropped_attributes);
  row.optional_text(scope.schema_url);
}

// Every part is JSON, which says itself where it ends.
void append_identity(const otlp::Resource& resource, std::string& out) {
  append_attributes_text(resource.attributes, out);
  append_value_text(resource.dropped_attributes, out);
  base::append_json_string(resource.schema_url, out);
  if (resource.entity_refs.empty()) return;
  otlp::Arena arena;
  append_value_text(to_value(resource.entity_refs, arena), out);
}

void append_identity(const otlp::Scope& scope, std::string& out) {
  base::append_json_string(scope.name, out);
  base::append_json_string(scope.version, out);
  append_attributes_text(scope.attributes, out);
  append_value_text(scope.dropped_attributes, out);
  base::append_json_string(scope.schema_url, out);
}

Expected<otlp::Resource> read_resource(Rows& rows, ValueReader& values, otlp::Arena& arena) {
  otlp::Resource resource;
  resource.service_name = arena.copy(rows.text());
  const auto attributes = values.attributes(rows.text(), arena);
  if (!attributes) return attributes.error();
  resource.attributes = *attributes;
  resource.dropped_attributes = rows.number<std::uint32_t>();
  resource.schema_url = arena.copy(rows.text());
  const auto entity_refs = values.value(rows.text(), arena);
  if (!entity_refs) return entity_refs.error();
  resource.entity_refs = to_entity_refs(*entity_refs, arena);
  return resource;
}

Expected<otlp::Scope> read_scope(Rows& rows, ValueReader& values, otlp::Arena& arena) {
  otlp::Scope scope;
  scope.name = arena.copy(rows.text());
  scope.version = arena.copy(rows.text());
  const auto attributes = values.attributes(rows.text(), arena);
  if (!attributes) return attributes.error();
  scope.attributes = *attributes;
  scope.dropped_attributes = rows.number<std::uint32_t>();
  scope.schema_url = arena.copy(rows.text());
  return scope;
}

}  // namespace sonde::store::duckdb
