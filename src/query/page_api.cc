#include "query/page_api.h"

#include <charconv>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "otlp/encode.h"
#include "query/answers.h"
#include "query/parameters.h"
#include "query/trace_json.h"
#include "query/trace_lookup.h"
#include "store/store.h"

namespace sonde::query {
namespace {

using base::JsonWriter;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::size_t most_traces = 1'000;
constexpr std::size_t most_logs = 10'000;
constexpr std::size_t most_points = 100'000;

/// Where a page of traces ends, as the next request says it: start time and trace id of its last.
std::string write_cursor(const store::TraceSummary& last) {
  return std::to_string(last.start_time) + "-" + last.trace_id.to_hex();
}

std::optional<std::pair<std::uint64_t, TraceId>> read_cursor(std::string_view text) {
  std::pair<std::uint64_t, TraceId> cursor;
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const char* const end = text.data() + dash;
  const auto [stop, error] = std::from_chars(text.data(), end, cursor.first);
  if (error != std::errc() || stop != end || !TraceId::from_hex(text.substr(dash + 1), cursor.second)) {
    return std::nullopt;
  }
  return cursor;
}

store::TraceFilter read_trace_filter(Parameters& parameters) {
  parameters.expect_only({"service", "name", "text", "errors", "minDuration", "maxDuration", "start", "end",
                          "attribute", "limit", "after"});
  store::TraceFilter filter;
  filter.service = parameters.text("service");
  filter.span_name = parameters.text("name");
  filter.text = parameters.text("text");
  filter.errors_only = parameters.flag("errors");
  filter.duration_min = parameters.duration("minDuration");
  filter.duration_max = parameters.duration("maxDuration");
  filter.start_time_min = parameters.number("start");
  filter.start_time_max = parameters.number("end");
  filter.attributes = parameters.key_values("attribute");
  filter.limit = parameters.limit(50, most_traces);
  if (const std::optional<std::string> cursor = parameters.text("after")) {
    filter.after = read_cursor(*cursor);
    if (!filter.after) parameters.fail("after", *cursor, "what an earlier answer gave as \"next\"");
  }
  if (filter.duration_min > filter.duration_max && filter.duration_max) {
    parameters.fail("parameter 'minDuration' is more than 'maxDuration'");
  }
  if (filter.start_time_min > filter.start_time_max && filter.start_time_max) {
    parameters.fail("parameter 'start' is later than 'end'");
  }
  return filter;
}

store::LogFilter read_log_filter(Parameters& parameters) {
  parameters.expect_only({"traceId", "service", "text", "minSeverity", "limit"});
  store::LogFilter filter;
  filter.trace_id = parameters.trace_id("traceId");
  filter.service = parameters.text("service");
  filter.text = parameters.text("text");
  filter.limit = parameters.limit(100, most_logs);
  const std::uint64_t severity = parameters.number("minSeverity").value_or(0);
  if (severity > 24) {
    parameters.fail("minSeverity", std::to_string(severity), "a severity number from 0 to 24");
  } else {
    filter.severity_min = static_cast<std::uint8_t>(severity);
  }
  return filter;
}

void write_totals(const store::Totals& totals, JsonWriter& json) {
  json.key("totals").begin_object();
  json.key("spans").unsigned_integer(totals.spans);
  json.key("logRecords").unsigned_integer(totals.log_records);
  json.key("dataPoints").unsigned_integer(totals.data_points);
  json.end_object();
}

void write_endpoints(const Endpoints& endpoints, JsonWriter& json) {
  json.key("endpoints").begin_object();
  json.key("otlpGrpc").string(endpoints.otlp_grpc);
  json.key("otlpHttp").string(endpoints.otlp_http);
  json.key("ui").string(endpoints.ui);
  json.end_object();
}

void write_refused(const std::vector<Refusal>& refused, JsonWriter& json) {
  json.key("refused").begin_array();
  for (const Refusal& refusal : refused) {
    json.begin_object();
    json.key("reason").string(refusal.reason);
    json.key("count").unsigned_integer(refusal.count);
    json.end_object();
  }
  json.end_array();
}

/// An object's text, with its members written by `write`.
std::string object(const auto& write) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write(json);
  json.end_object();
  return body;
}

}  // namespace

PageApi::PageApi(store::Store& store, ServerInfo info) : store_(store), info_(std::move(info)) {}

HttpResponse PageApi::answer(const HttpRequest& request) const {
  const std::string path = transport::target_path(request.target);
  Parameters parameters(request.target);
  Body body = body_of(path, parameters);
  return body ? json_answer(std::move(*body)) : error_answer(body.error());
}

PageApi::Body PageApi::body_of(std::string_view path, Parameters& parameters) const {
  constexpr std::string_view trace_folder = "/api/sonde/traces/";
  constexpr std::string_view metric_folder = "/api/sonde/metrics/";
  constexpr std::string_view otlp_suffix = "/otlp";
  if (path == "/api/sonde/status") return status(parameters);
  if (path == "/api/sonde/services") return services(parameters);
  if (path == "/api/sonde/traces") return traces(parameters);
  if (path == "/api/sonde/logs") return logs(parameters);
  if (path == "/api/sonde/metrics") return metrics(parameters);
  if (path.starts_with(metric_folder)) {
    return metric(parameters, std::string(path.substr(metric_folder.size())));
  }
  if (path.starts_with(trace_folder) && path.ends_with(otlp_suffix)) {
    path.remove_prefix(trace_folder.size());
    return trace_as_otlp(parameters, path.substr(0, path.size() - otlp_suffix.size()));
  }
  if (path.starts_with(trace_folder)) return trace(parameters, path.substr(trace_folder.size()));
  return Error{ErrorCode::not_found,
               "there is no " + std::string(path) + "; docs/api.md lists what there is"};
}

PageApi::Body PageApi::status(Parameters& parameters) const {
  parameters.expect_only({});
  if (parameters.error()) return *parameters.error();
  const auto totals = store_.totals();
  if (!totals) return totals.error();
  const Endpoints endpoints = info_.endpoints ? info_.endpoints() : Endpoints{};
  const std::vector<Refusal> refused = info_.refused ? info_.refused() : std::vector<Refusal>{};
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  return object([&](JsonWriter& json) {
    json.key("version").string(info_.version);
    json.key("uptimeSeconds").integer(uptime.count());
    json.key("dataDirectory").string(info_.data_directory);
    write_totals(*totals, json);
    write_endpoints(endpoints, json);
    write_refused(refused, json);
  });
}

PageApi::Body PageApi::services(Parameters& parameters) const {
  parameters.expect_only({});
  if (parameters.error()) return *parameters.error();
  const auto services = store_.services();
  if (!services) return services.error();
  return object([&](JsonWriter& json) {
    json.key("services").begin_array();
    for (const std::string& service : *services) json.string(service);
    json.end_array();
  });
}

PageApi::Body PageApi::traces(Parameters& parameters) const {
  store::TraceFilter filter = read_trace_filter(parameters);
  if (parameters.error()) return *parameters.error();
  const std::size_t limit = filter.limit++;  // one more tells whether there is a next page
  auto traces = store_.find_traces(filter);
  if (!traces) return traces.error();
  const bool has_more = traces->size() > limit;
  if (has_more) traces->resize(limit);
  return object([&](JsonWriter& json) {
    json.key("traces").begin_array();
    for (const store::TraceSummary& summary : *traces) write_summary(summary, json);
    json.end_array();
    json.key("next");
    if (has_more) {
      json.string(write_cursor(traces->back()));
    } else {
      json.null();
    }
  });
}

PageApi::Body PageApi::trace(Parameters& parameters, std::string_view id_text) const {
  parameters.expect_only({});
  if (parameters.error()) return *parameters.error();
  const Expected<TraceId> id = find_trace_id(store_, id_text);
  if (!id) return id.error();
  const auto trace = store_.trace(*id);
  if (!trace) return trace.error();
  store::LogFilter log_filter;
  log_filter.trace_id = *id;
  log_filter.limit = most_logs;
  const auto logs = store_.find_logs(log_filter);
  if (!logs) return logs.error();
  return object([&](JsonWriter& json) {
    json.key("traceId").string(id->to_hex());
    write_spans(**trace, json);
    json.key("logs").begin_array();
    for (const otlp::LogRecord& record : std::views::reverse((*logs)->items)) write_log(record, json);
    json.end_array();
  });
}

PageApi::Body PageApi::trace_as_otlp(Parameters& parameters, std::string_view id_text) const {
  parameters.expect_only({});
  if (parameters.error()) return *parameters.error();
  const Expected<TraceId> id = find_trace_id(store_, id_text);
  if (!id) return id.error();
  const auto trace = store_.trace(*id);
  if (!trace) return trace.error();
  return otlp::encode(**trace, otlp::Encoding::json);
}

PageApi::Body PageApi::logs(Parameters& parameters) const {
  const store::LogFilter filter = read_log_filter(parameters);
  if (parameters.error()) return *parameters.error();
  const auto logs = store_.find_logs(filter);
  if (!logs) return logs.error();
  return object([&](JsonWriter& json) {
    json.key("logs").begin_array();
    for (const otlp::LogRecord& record : (*logs)->items) write_log(record, json);
    json.end_array();
  });
}

PageApi::Body PageApi::metrics(Parameters& parameters) const {
  parameters.expect_only({});
  if (parameters.error()) return *parameters.error();
  const auto metrics = store_.metrics();
  if (!metrics) return metrics.error();
  return object([&](JsonWriter& json) {
    json.key("metrics").begin_array();
    for (const store::MetricSummary& metric : *metrics) write_metric(metric, json);
    json.end_array();
  });
}

PageApi::Body PageApi::metric(Parameters& parameters, const std::string& name) const {
  parameters.expect_only({"limit"});
  const std::size_t limit = parameters.limit(1'000, most_points);
  if (parameters.error()) return *parameters.error();
  const auto metric = store_.metric(name, limit);
  if (!metric) return metric.error();
  return otlp::encode(**metric, otlp::Encoding::json);
}

}  // namespace sonde::query
