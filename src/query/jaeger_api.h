#pragma once

// Jaeger's HTTP query API, as Grafana's Jaeger data source and Jaeger's own clients of version 1 and 2 call
// it:
//
//     /api/services                        names of services
//     /api/services/{service}/operations   names of a service's operations
//     /api/operations                      the same with span kinds; parameters service, spanKind
//     /api/traces                          search; see jaeger_search.h
//     /api/traces/{id}                     one trace
//
// All answer {"data": …, "total": n, "limit": 0, "offset": 0, "errors": null or […]}. Times are microseconds.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "transport/http.h"

namespace sonde::store {
class Store;
}

namespace sonde::query {

/// Thread-safe. Blocks while the store reads.
class JaegerApi {
 public:
  /// `store` must outlive it.
  explicit JaegerApi(store::Store& store) : store_(store) {}

  /// Answers one of the paths above, or 404.
  [[nodiscard]] transport::HttpResponse answer(const transport::HttpRequest& request) const;

 private:
  [[nodiscard]] transport::HttpResponse services() const;
  [[nodiscard]] transport::HttpResponse operation_names(const std::string& service) const;
  [[nodiscard]] transport::HttpResponse operations(const transport::HttpRequest& request) const;
  [[nodiscard]] transport::HttpResponse search(const transport::HttpRequest& request) const;
  [[nodiscard]] transport::HttpResponse traces(const std::vector<std::string>& ids) const;
  [[nodiscard]] transport::HttpResponse trace(std::string_view text) const;

  store::Store& store_;
};

}  // namespace sonde::query
