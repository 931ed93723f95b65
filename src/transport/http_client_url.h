#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace sonde::transport {

/// An http or https URL in its parts, as libcurl will understand it. Internal to what uses libcurl.
class Url {
 public:
  explicit Url(const std::string& text);

  /// Null if it is such a URL, else why not.
  [[nodiscard]] const char* problem() const noexcept { return problem_; }

  /// Empty for a part that is not there.
  [[nodiscard]] std::string get(CURLUPart part) const;
  void set_path(const std::string& path) noexcept;

 private:
  struct Deleter {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Deleter> handle_;
  const char* problem_ = nullptr;
};

}  // namespace sonde::transport
