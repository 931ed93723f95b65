// URLs as libcurl reads them, so that what is found valid here is what will be sent.

#include <curl/curl.h>

#include <memory>

#include "transport/http_client.h"

namespace sonde::transport {
namespace {

struct Deleter {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, Deleter>;

std::string part(const Handle& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

Error not_a_url(std::string_view why) { return {ErrorCode::invalid_argument, std::string(why)}; }

}  // namespace

Expected<Url> parse_url(const std::string& text) {
  const Handle handle(curl_url());
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0);
  if (code != CURLUE_OK) return not_a_url(curl_url_strerror(code));
  Url url{.scheme = part(handle, CURLUPART_SCHEME),
          .host = part(handle, CURLUPART_HOST),
          .port = part(handle, CURLUPART_PORT),
          .path = part(handle, CURLUPART_PATH)};
  if (url.scheme != "http" && url.scheme != "https") return not_a_url("the scheme is neither http nor https");
  return url;
}

std::string with_path(const std::string& url, const std::string& path) {
  const Handle handle(curl_url());
  curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0);
  curl_url_set(handle.get(), CURLUPART_PATH, path.c_str(), 0);
  return part(handle, CURLUPART_URL);
}

}  // namespace sonde::transport
