#pragma once

#include <string>

#include "cli/trace_source.h"
#include "transport/http_client.h"

namespace sonde::cli {

/// Reads from the page's API of a running server (docs/api.md).
class HttpTraceSource final : public TraceSource {
 public:
  /// `url` of the server, such as "http://127.0.0.1:16686", or of a path it is served under.
  explicit HttpTraceSource(std::string url);

  Expected<std::vector<store::TraceSummary>> find(const store::TraceFilter& filter) override;
  Expected<std::shared_ptr<const otlp::TraceBatch>> trace(std::string_view id) override;

 private:
  /// The body of a 200 answer, or what went wrong, in words that say what to do about it.
  Expected<std::string> get(const std::string& path_and_query);

  std::string url_;
  transport::HttpClient client_;
};

}  // namespace sonde::cli
