#include "query/jaeger_search.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "query/parameters.h"

namespace sonde::query {
namespace {

constexpr std::size_t most_traces = 1'500;  // what Jaeger's own interface offers at most

/// Jaeger's microseconds as nanoseconds.
std::optional<std::uint64_t> read_microseconds(Parameters& parameters, std::string_view name) {
  const std::optional<std::uint64_t> microseconds = parameters.number(name);
  if (!microseconds) return std::nullopt;
  if (*microseconds <= std::numeric_limits<std::uint64_t>::max() / 1'000) return *microseconds * 1'000;
  parameters.fail(name, std::to_string(*microseconds), "microseconds since 1970");
  return std::nullopt;
}

/// The members of the JSON object in the parameter "tags". Values of any scalar type are taken as text.
std::vector<KeyAndValue> read_tags_object(Parameters& parameters) {
  std::vector<KeyAndValue> tags;
  const std::optional<std::string> text = parameters.text("tags");
  if (!text) return tags;
  const nlohmann::json object = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    parameters.fail("tags", *text, R"(a JSON object such as {"error":"true"})");
    return tags;
  }
  for (const auto& [key, value] : object.items()) {
    if (value.is_structured()) parameters.fail("tags", *text, "a JSON object of plain values");
    tags.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return tags;
}

/// False if the tag stands for something other than an attribute; then the filter has it.
bool is_attribute(const KeyAndValue& tag, store::TraceFilter& filter) {
  const auto& [key, value] = tag;
  if ((key == "error" && value == "true") || (key == "otel.status_code" && value == "ERROR")) {
    filter.errors_only = true;
    return false;
  }
  if (key == "span.kind") {
    filter.span_kind = value;
    return false;
  }
  return true;
}

void read_times(Parameters& parameters, std::uint64_t now, store::TraceFilter& filter) {
  filter.start_time_min = read_microseconds(parameters, "start");
  filter.start_time_max = read_microseconds(parameters, "end");
  const std::optional<std::string> lookback = parameters.text("lookback");
  // Jaeger's interface says "custom" where start and end say it all.
  if (!filter.start_time_min && lookback && *lookback != "custom") {
    const std::uint64_t span = parameters.duration("lookback").value_or(0);
    filter.start_time_min = span < now ? now - span : 0;
  }
  if (filter.start_time_max && filter.start_time_min > filter.start_time_max) {
    parameters.fail("parameter 'start' is later than 'end'");
  }
}

}  // namespace

Expected<store::TraceFilter> read_jaeger_search(std::string_view target, std::uint64_t now) {
  Parameters parameters(target);
  store::TraceFilter filter;
  filter.service = parameters.text("service");
  if (!filter.service) parameters.fail("parameter 'service' is required");
  filter.span_name = parameters.text("operation");
  filter.duration_min = parameters.duration("minDuration");
  filter.duration_max = parameters.duration("maxDuration");
  filter.limit = parameters.limit(100, most_traces);
  read_times(parameters, now, filter);
  if (filter.duration_max && filter.duration_min > filter.duration_max) {
    parameters.fail("parameter 'minDuration' is more than 'maxDuration'");
  }
  std::vector<KeyAndValue> tags = parameters.key_values("tag");
  for (KeyAndValue& tag : read_tags_object(parameters)) tags.push_back(std::move(tag));
  for (KeyAndValue& tag : tags) {
    if (is_attribute(tag, filter)) filter.attributes.push_back(std::move(tag));
  }
  if (parameters.error()) return *parameters.error();
  return filter;
}

Expected<TraceId> read_jaeger_trace_id(std::string_view text) {
  TraceId id;
  if (!text.empty() && text.size() <= TraceId::hex_size) {
    const std::string padded = std::string(TraceId::hex_size - text.size(), '0') + std::string(text);
    if (TraceId::from_hex(padded, id)) return id;
  }
  return Error{ErrorCode::invalid_argument,
               "'" + std::string(text) + "' is not a trace id of up to 32 hexadecimal digits"};
}

}  // namespace sonde::query
