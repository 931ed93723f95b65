#pragma once

// The page's files, embedded in the binary at build time by embed_ui.cmake: from ui/dist, or, when the page
// has not been built, from placeholder/, which says how to.

#include <span>
#include <string_view>

namespace sonde::query {

struct Asset {
  std::string_view path;  ///< As in a URL: "/index.html", "/assets/index-4f3a.js".
  std::string_view content_type;
  std::string_view etag;   ///< As in the header, quotes included; changes with the content.
  std::string_view bytes;  ///< Compressed with gzip.
};

/// All of them, in order of path. Views of constants.
[[nodiscard]] std::span<const Asset> ui_assets() noexcept;

}  // namespace sonde::query
