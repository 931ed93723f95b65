#include "query/page_files.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "query/answers.h"
#include "query/ui_assets.h"
#include "transport/compression.h"

namespace sonde::query {
namespace {

using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::string_view index_path = "/index.html";
constexpr std::string_view hashed_folder = "/assets/";
constexpr std::size_t largest_file = 64u << 20;

const Asset* find_asset(std::string_view path) {
  const auto assets = ui_assets();
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

/// Whether the client has this version already (RFC 9110 section 13.1.2, weak comparison).
bool is_known(const HttpRequest& request, std::string_view etag) {
  const std::string_view known = transport::header(request.headers, "If-None-Match");
  return known == "*" || known.find(etag) != std::string_view::npos;
}

}  // namespace

HttpResponse answer_page_file(const HttpRequest& request) {
  const std::string path = transport::target_path(request.target);
  const bool is_hashed = path.starts_with(hashed_folder);
  const Asset* asset = find_asset(path);
  if (asset == nullptr && is_hashed) return error_answer({ErrorCode::not_found, "there is no " + path});
  if (asset == nullptr) asset = find_asset(index_path);
  HttpResponse response;
  response.headers = {{"Content-Type", std::string(asset->content_type)},
                      {"Cache-Control", is_hashed ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"ETag", "W/" + std::string(asset->etag)},  // weak: one for both codings
                      {"Vary", "Accept-Encoding"}};
  if (is_known(request, asset->etag)) {
    response.status = 304;
    return response;
  }
  if (accepts_gzip(request)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = asset->bytes;
    return response;
  }
  auto plain = transport::decompress("gzip", std::string(asset->bytes), largest_file);
  if (!plain) return error_answer(plain.error());
  response.body = std::move(*plain);
  return response;
}

}  // namespace sonde::query
