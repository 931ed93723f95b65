#include "transport/http_client_url.h"

namespace sonde::transport {

Url::Url(const std::string& text) : handle_(curl_url()) {
  const CURLUcode code = curl_url_set(handle_.get(), CURLUPART_URL, text.c_str(), 0);
  if (code != CURLUE_OK) {
    problem_ = curl_url_strerror(code);
    return;
  }
  const std::string scheme = get(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") problem_ = "the scheme is neither http nor https";
}

std::string Url::get(CURLUPart part) const {
  char* text = nullptr;
  if (curl_url_get(handle_.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

void Url::set_path(const std::string& path) noexcept {
  curl_url_set(handle_.get(), CURLUPART_PATH, path.c_str(), 0);
}

}  // namespace sonde::transport
