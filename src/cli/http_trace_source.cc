#include "cli/http_trace_source.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "otlp/decode.h"

namespace sonde::cli {
namespace {

using nlohmann::json;

constexpr std::size_t page_size = 1'000;  // the most the API answers at once

transport::HttpClientOptions client_options() {
  transport::HttpClientOptions options;
  options.timeout = std::chrono::seconds(30);
  options.max_response_bytes = 1u << 30;  // a trace may be large, and this process is about nothing else
  options.user_agent = "sonde";
  return options;
}

/// RFC 3986, section 2.1.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    if (unreserved.find(character) != std::string_view::npos) {
      encoded += character;
    } else {
      const auto byte = static_cast<std::uint8_t>(character);
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 0xF];
    }
  }
  return encoded;
}

/// Builds "?name=value&name=value".
class QueryWriter {
 public:
  void add(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? '?' : '&';
    text_.append(name).append("=").append(percent_encoded(value));
  }
  void add_text(std::string_view name, const std::optional<std::string>& value) {
    if (value) add(name, *value);
  }
  void add_number(std::string_view name, const std::optional<std::uint64_t>& value,
                  std::string_view unit = {}) {
    if (value) add(name, std::to_string(*value).append(unit));
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

QueryWriter query_of(const store::TraceFilter& filter) {
  QueryWriter query;
  query.add_text("service", filter.service);
  query.add_text("name", filter.span_name);
  query.add_text("text", filter.text);
  if (filter.errors_only) query.add("errors", "true");
  query.add_number("minDuration", filter.duration_min, "ns");
  query.add_number("maxDuration", filter.duration_max, "ns");
  query.add_number("start", filter.start_time_min);
  query.add_number("end", filter.start_time_max);
  for (const auto& [key, value] : filter.attributes) query.add("attribute", key + ":" + value);
  return query;
}

/// The number in a decimal string. Throws, as nlohmann does, where there is none.
std::uint64_t read_number(const json& value) {
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("'" + text + "' is not a number");
  }
  return number;
}

store::TraceSummary read_summary(const json& value) {
  store::TraceSummary summary;
  if (!TraceId::from_hex(value.at("traceId").get_ref<const std::string&>(), summary.trace_id)) {
    throw std::runtime_error("a traceId is not one");
  }
  summary.root_service = value.at("rootService");
  summary.root_name = value.at("rootName");
  summary.start_time = read_number(value.at("startTimeUnixNano"));
  summary.duration = read_number(value.at("durationNano"));
  summary.span_count = value.at("spanCount");
  summary.error_count = value.at("errorCount");
  summary.services = value.at("services");
  summary.models = value.at("models");
  summary.input_tokens = value.at("inputTokens");
  summary.output_tokens = value.at("outputTokens");
  if (!value.at("cost").is_null()) summary.cost = value.at("cost").get<double>();
  return summary;
}

/// Adds what a page holds to `summaries`; the cursor of the next page, or empty.
Expected<std::string> read_page(const std::string& body, std::vector<store::TraceSummary>& summaries) {
  try {
    const json page = json::parse(body);
    for (const json& value : page.at("traces")) summaries.push_back(read_summary(value));
    return page.at("next").is_null() ? std::string() : page.at("next").get<std::string>();
  } catch (const std::exception& failure) {
    return Error{ErrorCode::internal, std::string("the answer is not a list of traces: ") + failure.what()};
  }
}

ErrorCode code_of(unsigned status) {
  switch (status) {
    case 400: return ErrorCode::invalid_argument;
    case 404: return ErrorCode::not_found;
    case 501: return ErrorCode::unimplemented;
    case 503: return ErrorCode::unavailable;
    default: return ErrorCode::internal;
  }
}

/// The message of an error answer, or nothing if it is none of Sonde's.
std::string message_of(const std::string& body) {
  const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer place("/error/message");
  if (!answer.is_object() || !answer.contains(place) || !answer.at(place).is_string()) return {};
  return answer.at(place);
}

}  // namespace

HttpTraceSource::HttpTraceSource(std::string url) : url_(std::move(url)), client_(client_options()) {
  while (url_.ends_with('/')) url_.pop_back();
}

Expected<std::vector<store::TraceSummary>> HttpTraceSource::find(const store::TraceFilter& filter) {
  std::vector<store::TraceSummary> found;
  std::string cursor;
  do {
    QueryWriter query = query_of(filter);
    query.add_number("limit", std::min(filter.limit - found.size(), page_size));
    if (!cursor.empty()) query.add("after", cursor);
    const Expected<std::string> body = get("/api/sonde/traces" + query.text());
    if (!body) return body.error();
    Expected<std::string> next = read_page(*body, found);
    if (!next) return next.error();
    cursor = *std::move(next);
  } while (!cursor.empty() && found.size() < filter.limit);
  return found;
}

Expected<std::shared_ptr<const otlp::TraceBatch>> HttpTraceSource::trace(std::string_view id) {
  Expected<std::string> body = get("/api/sonde/traces/" + percent_encoded(id) + "/otlp");
  if (!body) return body.error();
  auto decoded = otlp::decode_traces_json(*std::move(body));
  if (!decoded) return decoded.error();
  return std::shared_ptr<const otlp::TraceBatch>(decoded->batch);
}

Expected<std::string> HttpTraceSource::get(const std::string& path_and_query) {
  transport::HttpRequest request;
  request.target = url_ + path_and_query;
  auto response = client_.perform(request);
  if (!response && response.error().code == ErrorCode::unavailable) {
    return Error{ErrorCode::unavailable,
                 "cannot reach Sonde at " + transport::without_secrets(url_) + "\n  " +
                     response.error().message +
                     "\nStart it with `sonde serve`, name another address with --url or SONDE_URL,\n"
                     "or read the data of a stopped server with --data DIR."};
  }
  if (!response) return response.error();
  if (response->status == 200) return std::move(response->body);
  const std::string message = message_of(response->body);
  if (!message.empty()) return Error{code_of(response->status), message};
  return Error{ErrorCode::internal, transport::without_secrets(url_) + " answered status " +
                                        std::to_string(response->status) +
                                        " and no reason: is it a `sonde serve` of this version?"};
}

}  // namespace sonde::cli
