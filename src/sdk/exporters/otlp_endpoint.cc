#include "sdk/exporters/otlp_endpoint.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "sdk/configuration/environment.h"
#include "transport/http_client.h"

namespace sonde::sdk {
namespace {

using detail::equals_ignoring_case;
using std::chrono::milliseconds;
using transport::HttpHeaders;
using transport::Url;

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct SignalNames {
  std::string_view variable;
  std::string_view http_path;
  std::string_view grpc_method;
};

const SignalNames& names_of(Signal signal) noexcept {
  static constexpr std::array<SignalNames, 3> names = {{
      {"TRACES_", "/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"},
      {"METRICS_", "/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"},
      {"LOGS_", "/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"},
  }};
  return names[static_cast<std::size_t>(signal)];
}

/// A variable that is set; one set to nothing counts as unset (specification).
struct Variable {
  std::string name;
  std::string text;
};

/// The OTEL_EXPORTER_OTLP_* variables as one signal sees them.
class Variables {
 public:
  Variables(Signal signal, std::vector<std::string>& problems)
      : signal_(names_of(signal).variable), problems_(problems) {}

  [[nodiscard]] std::optional<Variable> of_signal(std::string_view suffix) const {
    return get("OTEL_EXPORTER_OTLP_" + std::string(signal_) + std::string(suffix));
  }
  [[nodiscard]] std::optional<Variable> of_all_signals(std::string_view suffix) const {
    return get("OTEL_EXPORTER_OTLP_" + std::string(suffix));
  }

  /// The value of the signal's variable or else of the general one; one that `parse` does not understand is
  /// reported as not being `expected`, and passed over.
  template <class Parse>
  [[nodiscard]] auto find(std::string_view suffix, std::string_view expected, Parse parse) const
      -> decltype(parse(std::string_view())) {
    for (const std::optional<Variable>& variable : {of_signal(suffix), of_all_signals(suffix)}) {
      if (auto value = read(variable, expected, parse)) return value;
    }
    return std::nullopt;
  }
  /// The same for a variable that only the signal has.
  template <class Parse>
  [[nodiscard]] auto find_of_signal(std::string_view suffix, std::string_view expected, Parse parse) const {
    return read(of_signal(suffix), expected, parse);
  }

 private:
  template <class Parse>
  [[nodiscard]] auto read(const std::optional<Variable>& variable, std::string_view expected,
                          Parse parse) const -> decltype(parse(std::string_view())) {
    if (!variable) return std::nullopt;
    if (auto value = parse(trim(variable->text))) return value;
    problems_.push_back(variable->name + " is '" + variable->text + "' and is ignored: it must be " +
                        std::string(expected));
    return std::nullopt;
  }

  static std::optional<Variable> get(std::string name) {
    const auto text = detail::environment(name.c_str());
    if (!text) return std::nullopt;
    return Variable{std::move(name), std::string(*text)};
  }

  std::string_view signal_;
  std::vector<std::string>& problems_;
};

std::optional<OtlpProtocol> parse_protocol(std::string_view text) {
  if (equals_ignoring_case(text, "grpc")) return OtlpProtocol::grpc;
  if (equals_ignoring_case(text, "http/protobuf")) return OtlpProtocol::http_protobuf;
  if (equals_ignoring_case(text, "http/json")) return OtlpProtocol::http_json;
  return std::nullopt;
}

std::optional<OtlpCompression> parse_compression(std::string_view text) {
  if (equals_ignoring_case(text, "gzip")) return OtlpCompression::gzip;
  if (equals_ignoring_case(text, "zstd")) return OtlpCompression::zstd;
  if (equals_ignoring_case(text, "none")) return OtlpCompression::none;
  return std::nullopt;
}

std::optional<TemporalityPreference> parse_temporality(std::string_view text) {
  if (equals_ignoring_case(text, "cumulative")) return TemporalityPreference::cumulative;
  if (equals_ignoring_case(text, "delta")) return TemporalityPreference::delta;
  if (equals_ignoring_case(text, "lowmemory")) return TemporalityPreference::low_memory;
  return std::nullopt;
}

std::optional<Aggregation::Type> parse_histogram_aggregation(std::string_view text) {
  using Type = Aggregation::Type;
  if (equals_ignoring_case(text, "explicit_bucket_histogram")) return Type::explicit_bucket_histogram;
  if (equals_ignoring_case(text, "base2_exponential_bucket_histogram"))
    return Type::base2_exponential_bucket_histogram;
  return std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

/// No limit is written as zero.
std::optional<milliseconds> parse_timeout(std::string_view text) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count == 0 ? milliseconds::max() : milliseconds(count);
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
HttpHeaders parse_headers(const Variable& variable, std::vector<std::string>& problems) {
  HttpHeaders headers;
  std::string_view rest = variable.text;
  for (int place = 1; !rest.empty(); ++place) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    if (trim(entry).empty()) continue;
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string_view name = trim(entry.substr(0, equals));
    const std::string value =
        transport::percent_decode(trim(entry.substr(std::min(equals + 1, entry.size()))));
    if (equals == entry.size() || !transport::is_valid_field(name, value)) {
      problems.push_back(variable.name + ": entry " + std::to_string(place) +
                         " is ignored: it must be name=value, the value percent-encoded");
    } else {
      replace_or_add(headers, name, value);
    }
  }
  return headers;
}

HttpHeaders resolve_headers(const Variables& variables, const HttpHeaders& given,
                            std::vector<std::string>& problems) {
  std::optional<Variable> variable = variables.of_signal("HEADERS");
  if (!variable) variable = variables.of_all_signals("HEADERS");
  HttpHeaders headers = variable ? parse_headers(*variable, problems) : HttpHeaders();
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

std::string resolve_file(const Variables& variables, std::string_view suffix,
                         const std::optional<std::string>& given, std::vector<std::string>& problems) {
  const auto as_is = [](std::string_view text) { return std::optional(std::string(text)); };
  std::string path = given ? *given : variables.find(suffix, "", as_is).value_or("");
  if (!path.empty() && access(path.c_str(), R_OK) != 0) {
    problems.push_back("the file " + path + " (OTEL_EXPORTER_OTLP_" + std::string(suffix) +
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
  if (const auto variable = variables.of_signal("ENDPOINT")) return {variable->name, variable->text, false};
  if (const auto variable = variables.of_all_signals("ENDPOINT"))
    return {variable->name, variable->text, true};
  const bool grpc = protocol == OtlpProtocol::grpc;
  return {"the default OTLP endpoint", grpc ? "http://localhost:4317" : "http://localhost:4318", true};
}

/// The two mistakes that are made most often; neither is certain to be one.
void check_endpoint(const EndpointText& endpoint, const Url& url, std::string_view http_path,
                    OtlpProtocol protocol, std::vector<std::string>& problems) {
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
                                  std::vector<std::string>& problems) {
  EndpointText endpoint = find_endpoint(variables, options, protocol);
  endpoint.text = trim(endpoint.text);
  const bool grpc = protocol == OtlpProtocol::grpc;
  std::string text = endpoint.text;
  if (grpc && text.find("://") == std::string::npos) {  // gRPC's host:port
    const bool insecure = options.insecure
                              ? *options.insecure
                              : variables.find("INSECURE", "true or false", parse_boolean).value_or(false);
    text = (insecure ? "http://" : "https://") + text;
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
  const Variables variables(signal, problems);
  const auto or_environment = [&variables](const auto& given, std::string_view suffix,
                                           std::string_view expected, auto parse, auto otherwise) {
    return given ? *given : variables.find(suffix, expected, parse).value_or(otherwise);
  };
  OtlpEndpoint endpoint;
  endpoint.protocol = or_environment(options.protocol, "PROTOCOL", "grpc, http/protobuf or http/json",
                                     parse_protocol, endpoint.protocol);
  Expected<std::string> url = resolve_url(signal, variables, options, endpoint.protocol, problems);
  if (!url) return url.error();
  endpoint.url = *std::move(url);
  endpoint.headers = resolve_headers(variables, options.headers, problems);
  endpoint.compression = or_environment(options.compression, "COMPRESSION", "gzip, zstd or none",
                                        parse_compression, endpoint.compression);
  endpoint.timeout =
      or_environment(options.timeout, "TIMEOUT", "a number of milliseconds", parse_timeout, endpoint.timeout);
  endpoint.certificate_file = resolve_file(variables, "CERTIFICATE", options.certificate, problems);
  endpoint.client_key_file = resolve_file(variables, "CLIENT_KEY", options.client_key, problems);
  endpoint.client_certificate_file =
      resolve_file(variables, "CLIENT_CERTIFICATE", options.client_certificate, problems);
  endpoint.user_agent = options.user_agent;
  endpoint.max_request_bytes = options.max_request_bytes;
  endpoint.max_response_bytes = options.max_response_bytes;
  return endpoint;
}

OtlpMetricPreferences resolve_otlp_metric_preferences(const OtlpExporterOptions& options,
                                                      std::vector<std::string>& problems) {
  const Variables variables(Signal::metrics, problems);
  OtlpMetricPreferences preferences;
  preferences.temporality =
      options.temporality
          ? *options.temporality
          : variables
                .find_of_signal("TEMPORALITY_PREFERENCE", "cumulative, delta or lowmemory", parse_temporality)
                .value_or(preferences.temporality);
  preferences.histogram_aggregation =
      options.default_histogram_aggregation
          ? *options.default_histogram_aggregation
          : variables
                .find_of_signal("DEFAULT_HISTOGRAM_AGGREGATION",
                                "explicit_bucket_histogram or base2_exponential_bucket_histogram",
                                parse_histogram_aggregation)
                .value_or(preferences.histogram_aggregation);
  return preferences;
}

}  // namespace sonde::sdk
