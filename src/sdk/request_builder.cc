#include "sdk/request_builder.h"

#include "otlp/writer.h"

namespace sonde::detail {
namespace {

namespace fields = otlp::fields;

/// A buffer that grew beyond this gives its memory back after the batch.
constexpr std::size_t most_kept_bytes = 4u << 20;

std::uint8_t* bytes_of(std::string& text) noexcept { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::size_t scope_items_size(const ScopeCore& core, std::size_t records_size) noexcept {
  return core.encoded_scope.size() + records_size + core.encoded_schema_url.size();
}

}  // namespace

RequestBuilder::ScopeItems& RequestBuilder::scope_items(const ScopeCore& core) {
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    if (scopes_[i].core == &core) return scopes_[i];
  }
  if (used_scopes_ == scopes_.size()) scopes_.emplace_back();
  ScopeItems& fresh = scopes_[used_scopes_++];
  fresh.core = &core;
  bytes_ += scope_items_size(core, 0);
  return fresh;
}

void RequestBuilder::add(const ScopeCore& core, std::string_view otlp) {
  ScopeItems& scope = scope_items(core);
  std::uint8_t header[12];
  const std::uint8_t* const header_end =
      otlp::write_delimited_header(header, fields::scope_items::items, otlp.size());
  const auto header_size = static_cast<std::size_t>(header_end - header);
  scope.records.append(reinterpret_cast<const char*>(header), header_size);
  scope.records.append(otlp);
  bytes_ += header_size + otlp.size();
  ++count_;
}

std::string_view RequestBuilder::finish() {
  if (count_ == 0) return {};
  const std::string& resource = scopes_.front().core->resource->encoded;
  std::size_t content = resource.size();
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    content += otlp::delimited_size(fields::resource_items::scope_items,
                                    scope_items_size(*scopes_[i].core, scopes_[i].records.size()));
  }
  request_.resize(otlp::delimited_size(fields::request::resource_items, content));
  std::uint8_t* out = bytes_of(request_);
  out = otlp::write_delimited_header(out, fields::request::resource_items, content);
  out = otlp::write_bytes(out, resource.data(), resource.size());
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    const auto& [core, records] = scopes_[i];
    out = otlp::write_delimited_header(out, fields::resource_items::scope_items,
                                       scope_items_size(*core, records.size()));
    out = otlp::write_bytes(out, core->encoded_scope.data(), core->encoded_scope.size());
    out = otlp::write_bytes(out, records.data(), records.size());
    out = otlp::write_bytes(out, core->encoded_schema_url.data(), core->encoded_schema_url.size());
  }
  clear();
  return request_;
}

void RequestBuilder::clear() noexcept {
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    std::string& records = scopes_[i].records;
    records.clear();
    if (records.capacity() > most_kept_bytes) records = std::string();
  }
  used_scopes_ = count_ = bytes_ = 0;
}

}  // namespace sonde::detail
