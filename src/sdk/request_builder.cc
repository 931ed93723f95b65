#include "sdk/request_builder.h"

#include <cstring>
#include <new>

#include "otlp/writer.h"

namespace sonde::detail {
namespace {

namespace fields = otlp::fields;

/// A buffer that grew beyond this gives its memory back after the batch.
constexpr std::size_t most_kept_bytes = 4u << 20;

std::uint8_t* bytes_of(std::string& text) noexcept { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::size_t scope_items_size(const ScopeCore& core, std::size_t items_size) noexcept {
  return core.encoded_scope.size() + items_size + core.encoded_schema_url.size();
}

/// How much there is of a scope's items and of all of a request before the first of them.
struct Sizes {
  Sizes(const ScopeCore& core, std::size_t items) noexcept
      : scope_content(scope_items_size(core, items)),
        resource_content(core.resource->encoded.size() +
                         otlp::delimited_size(fields::resource_items::scope_items, scope_content)) {}

  std::size_t scope_content;
  std::size_t resource_content;
};

std::uint8_t* write_text(std::uint8_t* out, std::string_view text) noexcept {
  return otlp::write_bytes(out, text.data(), text.size());
}

/// All of a request of one scope that goes before its items.
std::uint8_t* write_beginning(std::uint8_t* out, const ScopeCore& core, const Sizes& sizes) noexcept {
  out = otlp::write_delimited_header(out, fields::request::resource_items, sizes.resource_content);
  out = write_text(out, core.resource->encoded);
  out = otlp::write_delimited_header(out, fields::resource_items::scope_items, sizes.scope_content);
  return write_text(out, core.encoded_scope);
}

constexpr std::size_t most_of_header = 6;  // a tag and a length below 4 GiB

}  // namespace

RequestBuilder::ScopeItems& RequestBuilder::find_scope_items(const ScopeCore& core) {
  for (last_ = 0; last_ < used_scopes_; ++last_) {
    if (scopes_[last_].core == &core) return scopes_[last_];
  }
  if (used_scopes_ == scopes_.size()) scopes_.emplace_back();
  ScopeItems& fresh = scopes_[last_];
  fresh.core = &core;
  fresh.headroom = 2 * most_of_header + core.resource->encoded.size() + core.encoded_scope.size();
  std::uint8_t* const room = fresh.bytes.reserve(fresh.headroom);
  if (room == nullptr) throw std::bad_alloc();
  fresh.bytes.commit(room + fresh.headroom);
  ++used_scopes_;
  bytes_ += scope_items_size(core, 0);
  return fresh;
}

void RequestBuilder::add(const ScopeCore& core, std::string_view otlp) {
  GrowingBytes& bytes = scope_items(core).bytes;
  std::uint8_t* const out = bytes.reserve(most_of_header + otlp.size());
  if (out == nullptr) throw std::bad_alloc();
  std::uint8_t* const content = otlp::write_delimited_header(out, fields::scope_items::items, otlp.size());
  std::memcpy(content, otlp.data(), otlp.size());
  bytes.commit(content + otlp.size());
  bytes_ += static_cast<std::size_t>(content - out) + otlp.size();
  ++count_;
}

std::string_view RequestBuilder::finish() {
  if (count_ == 0) return {};
  return used_scopes_ == 1 ? finish_one() : finish_many();
}

std::string_view RequestBuilder::finish_one() {
  ScopeItems& only = scopes_.front();
  const ScopeCore& core = *only.core;
  const Sizes sizes(core, only.items().size());
  const std::size_t beginning =
      otlp::delimited_size(fields::request::resource_items, sizes.resource_content) - sizes.resource_content +
      core.resource->encoded.size() +
      otlp::delimited_size(fields::resource_items::scope_items, sizes.scope_content) - sizes.scope_content +
      core.encoded_scope.size();
  std::uint8_t* const end = only.bytes.reserve(core.encoded_schema_url.size());
  if (end == nullptr) throw std::bad_alloc();
  only.bytes.commit(write_text(end, core.encoded_schema_url));
  const std::size_t unused = only.headroom - beginning;
  write_beginning(only.bytes.data + unused, core, sizes);
  return only.bytes.bytes().substr(unused);
}

std::string_view RequestBuilder::finish_many() {
  const std::string& resource = scopes_.front().core->resource->encoded;
  std::size_t content = resource.size();
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    content += otlp::delimited_size(fields::resource_items::scope_items,
                                    scope_items_size(*scopes_[i].core, scopes_[i].items().size()));
  }
  request_.resize(otlp::delimited_size(fields::request::resource_items, content));
  std::uint8_t* out = bytes_of(request_);
  out = otlp::write_delimited_header(out, fields::request::resource_items, content);
  out = write_text(out, resource);
  for (std::size_t i = 0; i < used_scopes_; ++i) {
    const ScopeCore& core = *scopes_[i].core;
    const std::string_view items = scopes_[i].items();
    out = otlp::write_delimited_header(out, fields::resource_items::scope_items,
                                       scope_items_size(core, items.size()));
    out = write_text(out, core.encoded_scope);
    out = write_text(out, items);
    out = write_text(out, core.encoded_schema_url);
  }
  return request_;
}

void RequestBuilder::clear() noexcept {
  for (std::size_t i = 0; i < used_scopes_; ++i) scopes_[i].bytes.clear(most_kept_bytes);
  if (request_.capacity() > most_kept_bytes) request_ = std::string();
  used_scopes_ = last_ = count_ = bytes_ = 0;
}

}  // namespace sonde::detail
