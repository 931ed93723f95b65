#pragma once

// The questions of the page's own API, each from a request to its answer; docs/api.md is the contract.

#include <chrono>
#include <string>
#include <string_view>

#include "query/routes.h"
#include "sonde/expected.hpp"
#include "transport/http.h"

namespace sonde::query {

class Parameters;

/// Thread-safe. Blocks while the store reads.
class PageApi {
 public:
  /// `store` must outlive it.
  PageApi(store::Store& store, ServerInfo info);

  /// Answers a path under /api/sonde/, or 404.
  [[nodiscard]] transport::HttpResponse answer(const transport::HttpRequest& request) const;

 private:
  /// The JSON that answers.
  using Body = Expected<std::string>;

  [[nodiscard]] Body body_of(std::string_view path, Parameters& parameters) const;
  [[nodiscard]] Body status(Parameters& parameters) const;
  [[nodiscard]] Body services(Parameters& parameters) const;
  [[nodiscard]] Body traces(Parameters& parameters) const;
  [[nodiscard]] Body trace(Parameters& parameters, std::string_view id) const;
  [[nodiscard]] Body trace_as_otlp(Parameters& parameters, std::string_view id) const;
  [[nodiscard]] Body logs(Parameters& parameters) const;
  [[nodiscard]] Body metrics(Parameters& parameters) const;
  [[nodiscard]] Body metric(Parameters& parameters, const std::string& name) const;

  store::Store& store_;
  const ServerInfo info_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace sonde::query
