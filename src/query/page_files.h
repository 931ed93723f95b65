#pragma once

#include "transport/http.h"

namespace sonde::query {

/// Answers a path of the page with the embedded file of that name. The page is a single-page application, so
/// any other path answers its index.html and the page shows what the path means; only a file that is missing
/// under /assets/, where the names carry a hash of the content, is not found. Never blocks; thread-safe.
[[nodiscard]] transport::HttpResponse answer_page_file(const transport::HttpRequest& request);

}  // namespace sonde::query
