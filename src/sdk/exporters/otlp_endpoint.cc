#include "sdk/exporters/otlp_endpoint.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sdk/configuration/environment.h"
#include "transport/http_client.h"

namespace sonde::sdk {
namespace {

using detail::take_until;
using detail::trim;
using detail::Variable;
using detail::variable;
using transport::HttpHeaders;
using transport::Url;
using Problems = std::vector<std::string>;

struct SignalNames {
  std::string_view http_path;
  std::string_view grpc_method;
};

const SignalNames& names_of(Signal signal) noexcept {
  static constexpr std::array<SignalNames, 3> names = {{
      {"/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"},
      {"/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"},
      {"/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"},
  }};
  return names[static_cast<std::size_t>(signal)];
}

/// The OTEL_EXPORTER_OTLP_* variables as one signal sees them: its own before those of all signals.
class Variables {
 public:
  Variables(Signal signal, bool are_read) : signal_(signal), are_read_(are_read) {}

  /// What `read` makes of the first of the two variables that it makes something of.
  template <class Read>
  [[nodiscard]] auto find(const Variable& general, Read read) const -> decltype(read(general)) {
    if (!are_read_) return std::nullopt;
    if (auto value = read(of_signal(general))) return value;
    return read(general);
  }
  /// The same of a variable that only metrics have.
  template <class Read>
  [[nodiscard]] auto find_own(const Variable& name, Read read) const -> decltype(read(name)) {
    return are_read_ ? read(name) : std::nullopt;
  }
  /// The first of the two that is set.
  [[nodiscard]] const Variable* find_set(const Variable& general) const {
    return find(general,
                [](const Variable& one) {
                  return detail::environment(one) ? std::optional(&one) : std::nullopt;
                })
        .value_or(nullptr);
  }
  [[nodiscard]] const Variable& of_signal(const Variable& general) const {
    return detail::of_signal(signal_, general);
  }

 private:
  Signal signal_;
  bool are_read_;
};

auto choice(Problems& problems) {
  return [&problems](const Variable& name) { return detail::environment_choice(name, problems); };
}

OtlpProtocol resolve_protocol(const Variables& variables, const OtlpExporterOptions& options,
                              Problems& problems) {
  if (options.protocol) return *options.protocol;
  const auto named = variables.find(variable("OTEL_EXPORTER_OTLP_PROTOCOL"), choice(problems));
  if (named == "grpc") return OtlpProtocol::grpc;
  return named == "http/json" ? OtlpProtocol::http_json : OtlpProtocol::http_protobuf;
}

OtlpCompression resolve_compression(const Variables& variables, const OtlpExporterOptions& options,
                                    Problems& problems) {
  if (options.compression) return *options.compression;
  const auto named = variables.find(variable("OTEL_EXPORTER_OTLP_COMPRESSION"), choice(problems));
  if (named == "gzip") return OtlpCompression::gzip;
  return named == "zstd" ? OtlpCompression::zstd : OtlpCompression::none;
}

bool resolve_insecure(const Variables& variables, const OtlpExporterOptions& options, Problems& problems) {
  if (options.insecure) return *options.insecure;
  const Variable* const set = variables.find_set(variable("OTEL_EXPORTER_OTLP_INSECURE"));
  return set != nullptr && detail::environment_boolean(*set, problems);
}

/// Fields that say how a request is encoded: not a user's to set.
bool is_set_by_exporter(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> fields = {
      "content-type", "content-encoding", "content-length", "transfer-encoding",
      "te",           "grpc-encoding",    "grpc-timeout",   "connection",
  };
  return std::any_of(fields.begin(), fields.end(),
                     [name](std::string_view field) { return transport::same_field_name(field, name); });
}

void replace_or_add(HttpHeaders& headers, std::string_view name, std::string_view value) {
  for (auto& [existing, existing_value] : headers) {
    if (transport::same_field_name(existing, name)) {
      existing_value = value;
      return;
    }
  }
  headers.emplace_back(name, value);
}

/// name=value pairs in the encoding of W3C Baggage. Values are likely secrets, so problems tell only the
/// place.
HttpHeaders parse_headers(const Variable& variable, Problems& problems) {
  HttpHeaders headers;
  std::string_view rest = detail::environment(variable).value_or("");
  for (int place = 1; !rest.empty(); ++place) {
    std::string_view value = take_until(',', rest);
    if (value.empty()) continue;
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view name = take_until('=', value);
    const std::string decoded = transport::percent_decode(trim(value));
    if (!has_value || !transport::is_valid_field(name, decoded)) {
      problems.push_back(std::string(variable.name) + ": entry " + std::to_string(place) +
                         " is ignored: it must be name=value, the value percent-encoded");
    } else {
      replace_or_add(headers, name, decoded);
    }
  }
  return headers;
}

HttpHeaders resolve_headers(const Variables& variables, const HttpHeaders& given, Problems& problems) {
  const Variable* const set = variables.find_set(variable("OTEL_EXPORTER_OTLP_HEADERS"));
  HttpHeaders headers = set != nullptr ? parse_headers(*set, problems) : HttpHeaders();
  for (const auto& [name, value] : given) {
    if (transport::is_valid_field(name, value)) {
      replace_or_add(headers, name, value);
    } else {
      problems.push_back("the OTLP header '" + name +
                         "' is ignored: it holds characters that cannot be sent");
    }
  }
  std::erase_if(headers, [&problems](const auto& header) {
    if (!is_set_by_exporter(header.first)) return false;
    problems.push_back("the OTLP header '" + header.first + "' is ignored: the exporter sets it itself");
    return true;
  });
  return headers;
}

std::string resolve_file(const Variables& variables, const Variable& general,
                         const std::optional<std::string>& given, Problems& problems) {
  const auto as_is = [](const Variable& name) { return detail::environment(name); };
  std::string path = given ? *given : std::string(variables.find(general, as_is).value_or(""));
  if (!path.empty() && access(path.c_str(), R_OK) != 0) {
    problems.push_back("the file " + path + " (" + std::string(general.name) +
                       ") cannot be read; exports over https will fail until it can");
  }
  return path;
}

/// Where an endpoint's text came from, and what is to become of its path.
struct EndpointText {
  std::string source;
  std::string text;
  bool is_base;  ///< OTLP/HTTP appends the signal's path; else the URL is used as it is.
};

EndpointText find_endpoint(const Variables& variables, const OtlpExporterOptions& options,
                           OtlpProtocol protocol) {
  if (options.signal_endpoint) return {"the OTLP signal endpoint", *options.signal_endpoint, false};
  if (options.endpoint) return {"the OTLP endpoint", *options.endpoint, true};
  constexpr const Variable& general = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (const Variable* const set = variables.find_set(general)) {
    return {std::string(set->name), std::string(*detail::environment(*set)), set == &general};
  }
  const bool grpc = protocol == OtlpProtocol::grpc;
  return {"the default OTLP endpoint", grpc ? "http://localhost:4317" : "http://localhost:4318", true};
}

/// The two mistakes that are made most often; neither is certain to be one.
void check_endpoint(const EndpointText& endpoint, const Url& url, std::string_view http_path,
                    OtlpProtocol protocol, Problems& problems) {
  const bool grpc = protocol == OtlpProtocol::grpc;
  if (url.port == (grpc ? "4318" : "4317")) {
    problems.push_back(
        endpoint.source + " is '" + transport::without_secrets(endpoint.text) + "', but port " + url.port +
        " is usually that of " +
        (grpc ? "OTLP/HTTP, and the protocol is grpc" : "OTLP/gRPC, and the protocol is OTLP/HTTP"));
  }
  if (!grpc && endpoint.is_base && url.path.ends_with(http_path)) {
    problems.push_back(endpoint.source + " is '" + transport::without_secrets(endpoint.text) +
                       "', to which " + std::string(http_path) +
                       " is appended once more: give the URL without it");
  }
}

Expected<std::string> resolve_url(Signal signal, const Variables& variables,
                                  const OtlpExporterOptions& options, OtlpProtocol protocol,
                                  Problems& problems) {
  EndpointText endpoint = find_endpoint(variables, options, protocol);
  endpoint.text = trim(endpoint.text);
  const bool grpc = protocol == OtlpProtocol::grpc;
  std::string text = endpoint.text;
  if (grpc && text.find("://") == std::string::npos) {  // gRPC's host:port
    text = (resolve_insecure(variables, options, problems) ? "http://" : "https://") + text;
  }
  const Expected<Url> url = transport::parse_url(text);
  if (!url) {
    return Error{ErrorCode::invalid_argument,
                 endpoint.source + " is '" + transport::without_secrets(endpoint.text) +
                     "'; it must be a URL that begins with http:// or https:// (" + url.error().message +
                     ")"};
  }
  const SignalNames& names = names_of(signal);
  check_endpoint(endpoint, *url, names.http_path, protocol, problems);
  if (grpc) return transport::with_path(text, std::string(names.grpc_method));
  if (!endpoint.is_base) return transport::with_path(text, url->path);
  std::string_view base = url->path;
  while (base.ends_with('/')) base.remove_suffix(1);
  return transport::with_path(text, std::string(base) + std::string(names.http_path));
}

}  // namespace

Expected<OtlpEndpoint> resolve_otlp_endpoint(Signal signal, const OtlpExporterOptions& options,
                                             std::vector<std::string>& problems) {
  const Variables variables(signal, options.use_environment);
  OtlpEndpoint endpoint;
  endpoint.protocol = resolve_protocol(variables, options, problems);
  Expected<std::string> url = resolve_url(signal, variables, options, endpoint.protocol, problems);
  if (!url) return url.error();
  endpoint.url = *std::move(url);
  endpoint.headers = resolve_headers(variables, options.headers, problems);
  endpoint.compression = resolve_compression(variables, options, problems);
  const auto time = [&problems](const Variable& name) { return detail::environment_time(name, problems); };
  endpoint.timeout =
      options.timeout
          ? *options.timeout
          : variables.find(variable("OTEL_EXPORTER_OTLP_TIMEOUT"), time).value_or(endpoint.timeout);
  endpoint.certificate_file =
      resolve_file(variables, variable("OTEL_EXPORTER_OTLP_CERTIFICATE"), options.certificate, problems);
  endpoint.client_key_file =
      resolve_file(variables, variable("OTEL_EXPORTER_OTLP_CLIENT_KEY"), options.client_key, problems);
  endpoint.client_certificate_file = resolve_file(
      variables, variable("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"), options.client_certificate, problems);
  endpoint.user_agent = options.user_agent;
  endpoint.max_request_bytes = options.max_request_bytes;
  endpoint.max_response_bytes = options.max_response_bytes;
  return endpoint;
}

OtlpMetricPreferences resolve_otlp_metric_preferences(const OtlpExporterOptions& options,
                                                      std::vector<std::string>& problems) {
  const Variables variables(Signal::metrics, options.use_environment);
  OtlpMetricPreferences preferences;
  const auto temporality =
      variables.find_own(variable("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"), choice(problems));
  if (temporality == "delta") preferences.temporality = TemporalityPreference::delta;
  if (temporality == "lowmemory") preferences.temporality = TemporalityPreference::low_memory;
  if (options.temporality) preferences.temporality = *options.temporality;
  const auto aggregation = variables.find_own(
      variable("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"), choice(problems));
  if (aggregation == "base2_exponential_bucket_histogram") {
    preferences.histogram_aggregation = Aggregation::Type::base2_exponential_bucket_histogram;
  }
  if (options.default_histogram_aggregation) {
    preferences.histogram_aggregation = *options.default_histogram_aggregation;
  }
  return preferences;
}

}  // namespace sonde::sdk
