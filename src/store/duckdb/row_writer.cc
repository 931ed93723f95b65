#include "store/duckdb/row_writer.h"

#include <algorithm>
#include <cstring>

#include "store/duckdb/ids.h"
#include "store/utf8.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {
namespace {

/// A cell that points at `text`, or holds it if it is short.
duckdb_string_t cell_of(std::string_view text) {
  duckdb_string_t cell{};
  constexpr std::size_t longest_inlined = sizeof cell.value.inlined.inlined;
  cell.value.inlined.length = static_cast<std::uint32_t>(text.size());
  if (text.size() <= longest_inlined) {
    std::ranges::copy(text, cell.value.inlined.inlined);
  } else {
    std::memcpy(cell.value.pointer.prefix, text.data(), sizeof cell.value.pointer.prefix);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): DuckDB only reads it
    cell.value.pointer.ptr = const_cast<char*>(text.data());
  }
  return cell;
}

}  // namespace

void RowWriter::begin_chunk(duckdb_data_chunk chunk) {
  chunk_ = chunk;
  cells_.clear();
  for (idx_t i = 0; i < table_.columns.size(); ++i) {
    auto* const vector = duckdb_data_chunk_get_vector(chunk, i);
    cells_.push_back({vector, duckdb_vector_get_data(vector), nullptr});
  }
  capacity_ = duckdb_vector_size();
  row_ = 0;
  column_ = 0;
  memory_.release();
  arena_.emplace();
}

void RowWriter::trace_id(const TraceId& id) { next<duckdb_hugeint>() = to_uuid(id); }
void RowWriter::span_id(const SpanId& id) { next<std::uint64_t>() = to_number(id); }

void RowWriter::optional_trace_id(const TraceId& id) { id.is_valid() ? trace_id(id) : null(); }
void RowWriter::optional_span_id(const SpanId& id) { id.is_valid() ? span_id(id) : null(); }

void RowWriter::text(std::string_view text) {
  if (is_utf8(text)) {
    valid_text(text);
    return;
  }
  text_.clear();
  append_utf8(text, text_);
  made_text();
}

void RowWriter::optional_text(std::string_view text) { text.empty() ? null() : this->text(text); }

void RowWriter::attributes(std::span<const Attribute> attributes) {
  if (attributes.empty()) {
    null();
    return;
  }
  text_.clear();
  append_attributes_text(attributes, text_);
  made_text();
}

void RowWriter::value(const AttributeValue& value) {
  if (value.type() == AttributeValue::Type::empty) {
    null();
    return;
  }
  text_.clear();
  append_value_text(value, text_);
  made_text();
}

void RowWriter::null() {
  Cells& cells = cells_[column_++];
  if (cells.validity == nullptr) {
    duckdb_vector_ensure_validity_writable(cells.vector);
    cells.validity = duckdb_vector_get_validity(cells.vector);
  }
  duckdb_validity_set_row_invalid(cells.validity, row_);
}

void RowWriter::valid_text(std::string_view text) { next<duckdb_string_t>() = cell_of(text); }

void RowWriter::made_text() {
  auto* const bytes = static_cast<char*>(memory_.allocate(text_.size(), 1));
  std::memcpy(bytes, text_.data(), text_.size());
  valid_text({bytes, text_.size()});
}

}  // namespace sonde::store::duckdb
