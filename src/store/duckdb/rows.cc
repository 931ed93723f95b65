#include "store/duckdb/rows.h"

#include <utility>

#include "store/duckdb/ids.h"

namespace sonde::store::duckdb {
namespace {

std::string_view view_of(const duckdb_string_t& cell) {
  constexpr std::uint32_t longest_inlined = sizeof cell.value.inlined.inlined;
  const std::uint32_t length = cell.value.inlined.length;
  return {length <= longest_inlined ? cell.value.inlined.inlined : cell.value.pointer.ptr, length};
}

}  // namespace

Rows::Rows(Rows&& other) noexcept
    : result_(std::exchange(other.result_, {})),
      chunk_(std::exchange(other.chunk_, nullptr)),
      columns_(std::move(other.columns_)),
      size_(std::exchange(other.size_, 0)),
      row_(other.row_),
      column_(other.column_) {}

Rows::~Rows() {
  duckdb_destroy_data_chunk(&chunk_);
  duckdb_destroy_result(&result_);
}

bool Rows::next_chunk() {
  duckdb_destroy_data_chunk(&chunk_);
  chunk_ = duckdb_fetch_chunk(result_);
  if (chunk_ == nullptr) return false;
  size_ = duckdb_data_chunk_get_size(chunk_);
  columns_.clear();
  for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(chunk_); ++i) {
    auto* const vector = duckdb_data_chunk_get_vector(chunk_, i);
    columns_.push_back({duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector), vector});
  }
  row_ = 0;
  return size_ > 0;
}

bool Rows::next() {
  column_ = 0;
  if (chunk_ != nullptr && ++row_ < size_) return true;
  return next_chunk();
}

std::optional<std::string_view> Rows::optional_text() {
  const auto* const cell = take<duckdb_string_t>();
  return cell == nullptr ? std::nullopt : std::optional(view_of(*cell));
}

std::vector<std::string> Rows::texts() {
  auto* const list = columns_[column_].vector;
  const auto* const entry = take<duckdb_list_entry>();
  std::vector<std::string> texts;
  if (entry == nullptr) return texts;
  const auto* const cells =
      static_cast<const duckdb_string_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(list)));
  for (idx_t i = entry->offset; i < entry->offset + entry->length; ++i) {
    texts.emplace_back(view_of(cells[i]));
  }
  return texts;
}

TraceId Rows::trace_id() {
  const auto* const cell = take<duckdb_hugeint>();
  return cell == nullptr ? TraceId{} : from_uuid(*cell);
}

SpanId Rows::span_id() {
  const auto* const cell = take<std::uint64_t>();
  return cell == nullptr ? SpanId{} : from_number(*cell);
}

}  // namespace sonde::store::duckdb
