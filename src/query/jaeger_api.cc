#include "query/jaeger_api.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/json_writer.h"
#include "query/answers.h"
#include "query/jaeger_json.h"
#include "query/jaeger_search.h"
#include "query/parameters.h"
#include "sonde/expected.hpp"
#include "store/store.h"

namespace sonde::query {
namespace {

using base::JsonWriter;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::string_view services_folder = "/api/services/";
constexpr std::string_view operations_suffix = "/operations";
constexpr std::string_view traces_folder = "/api/traces/";

struct TraceError {
  Error error;
  std::string trace_id;  ///< Which trace it is about, or empty.
};

void write_errors(const std::vector<TraceError>& errors, JsonWriter& json) {
  if (errors.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const auto& [error, trace_id] : errors) {
    json.begin_object();
    json.key("code").unsigned_integer(http_status(error.code));
    json.key("msg").string(error.message);
    if (!trace_id.empty()) json.key("traceID").string(trace_id);
    json.end_object();
  }
  json.end_array();
}

/// Jaeger's wrapper around `data`, which is JSON.
HttpResponse wrap(std::string_view data, std::size_t total, const std::vector<TraceError>& errors = {},
                  unsigned status = 200) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("data").raw(data);
  json.key("total").unsigned_integer(total);
  json.key("limit").integer(0);
  json.key("offset").integer(0);
  json.key("errors");
  write_errors(errors, json);
  json.end_object();
  return json_answer(std::move(body), status);
}

HttpResponse failure(const Error& error) { return wrap("null", 0, {{error, {}}}, http_status(error.code)); }

HttpResponse list_of_names(const std::vector<std::string>& names) {
  std::string data;
  JsonWriter json(data);
  json.begin_array();
  for (const std::string& name : names) json.string(name);
  json.end_array();
  return wrap(data, names.size());
}

/// An array of traces, with what could not be read beside it.
class TraceList {
 public:
  TraceList() { json_.begin_array(); }

  void add(store::Store& store, const TraceId& id) {
    const auto trace = store.trace(id);
    if (trace) {
      write_jaeger_trace(**trace, json_);
      ++size_;
    } else {
      fail(trace.error(), id.to_hex());
    }
  }
  void fail(Error error, std::string id) { errors_.push_back({std::move(error), std::move(id)}); }

  [[nodiscard]] HttpResponse answer() {
    json_.end_array();
    return wrap(data_, size_, errors_);
  }
  [[nodiscard]] const std::vector<TraceError>& errors() const noexcept { return errors_; }

 private:
  std::string data_;
  JsonWriter json_{data_};
  std::size_t size_ = 0;
  std::vector<TraceError> errors_;
};

}  // namespace

HttpResponse JaegerApi::answer(const HttpRequest& request) const {
  const std::string path = transport::target_path(request.target);
  if (path == "/api/services") return services();
  if (path == "/api/operations") return operations(request);
  if (path == "/api/traces") return search(request);
  if (path.starts_with(traces_folder)) return trace(std::string_view(path).substr(traces_folder.size()));
  // A service's name may hold slashes, so it is what stands between the two ends.
  if (path.starts_with(services_folder) && path.ends_with(operations_suffix) &&
      path.size() > services_folder.size() + operations_suffix.size()) {
    return operation_names(
        path.substr(services_folder.size(), path.size() - services_folder.size() - operations_suffix.size()));
  }
  return failure({ErrorCode::not_found, "there is no " + path});
}

HttpResponse JaegerApi::services() const {
  const auto services = store_.services();
  if (!services) return failure(services.error());
  return list_of_names(*services);
}

HttpResponse JaegerApi::operation_names(const std::string& service) const {
  const auto operations = store_.operations(service);
  if (!operations) return failure(operations.error());
  std::vector<std::string> names;
  for (const store::Operation& operation : *operations) names.push_back(operation.name);
  std::ranges::sort(names);  // one name may come with several kinds
  names.erase(std::ranges::unique(names).begin(), names.end());
  return list_of_names(names);
}

HttpResponse JaegerApi::operations(const HttpRequest& request) const {
  const Parameters parameters(request.target);
  const std::optional<std::string> service = parameters.text("service");
  const std::optional<std::string> kind = parameters.text("spanKind");
  if (!service) return failure({ErrorCode::invalid_argument, "parameter 'service' is required"});
  const auto operations = store_.operations(*service);
  if (!operations) return failure(operations.error());
  std::size_t total = 0;
  std::string data;
  JsonWriter json(data);
  json.begin_array();
  for (const store::Operation& operation : *operations) {
    if (kind && operation.span_kind != *kind) continue;
    ++total;
    json.begin_object();
    json.key("name").string(operation.name);
    json.key("spanKind").string(operation.span_kind);
    json.end_object();
  }
  json.end_array();
  return wrap(data, total);
}

HttpResponse JaegerApi::search(const HttpRequest& request) const {
  const std::vector<std::string> ids = Parameters(request.target).texts("traceID");
  if (!ids.empty()) return traces(ids);
  const auto filter = read_jaeger_search(request.target, base::Clock::now());
  if (!filter) return failure(filter.error());
  const auto summaries = store_.find_traces(*filter);
  if (!summaries) return failure(summaries.error());
  TraceList list;
  for (const store::TraceSummary& summary : *summaries) list.add(store_, summary.trace_id);
  return list.answer();
}

HttpResponse JaegerApi::traces(const std::vector<std::string>& ids) const {
  TraceList list;
  for (const std::string& text : ids) {
    const Expected<TraceId> id = read_jaeger_trace_id(text);
    if (!id) return failure(id.error());
    list.add(store_, *id);
  }
  return list.answer();
}

HttpResponse JaegerApi::trace(std::string_view text) const {
  const Expected<TraceId> id = read_jaeger_trace_id(text);
  if (!id) return failure(id.error());
  TraceList list;
  list.add(store_, *id);
  if (!list.errors().empty()) {
    const auto& [error, trace_id] = list.errors().front();
    return wrap("null", 0, list.errors(), http_status(error.code));
  }
  return list.answer();
}

}  // namespace sonde::query
