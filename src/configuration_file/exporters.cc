#include <limits>

#include "base/percent.h"
#include "configuration_file/parts.h"
#include "sdk/configuration/environment.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;
using Headers = std::vector<std::pair<std::string, std::string>>;

/// key=value pairs, as in OTEL_EXPORTER_OTLP_HEADERS. Values are likely secrets and stay out of messages.
Headers read_headers_list(Fields& fields) {
  Headers headers;
  const std::string listed = fields.text("headers_list").value_or("");
  for (std::string_view rest = listed; !rest.empty();) {
    std::string_view value = detail::take_until(',', rest);
    if (value.empty()) continue;
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view name = detail::take_until('=', value);
    std::string decoded;
    if (has_value && !name.empty() && base::percent_decode(detail::trim(value), decoded)) {
      headers.emplace_back(name, std::move(decoded));
    } else {
      fields.report().add(fields.position(), fields.key_of("headers_list"),
                          "must be name=value pairs separated by commas, values percent-encoded");
    }
  }
  return headers;
}

/// Those of `headers` come last, so that they win.
Headers read_headers(Fields& fields) {
  Headers headers = read_headers_list(fields);
  const auto& list = fields.list("headers");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Fields pair(list[i], fields.key_of("headers") + "[" + std::to_string(i) + "]", fields.report());
    pair.require("name");
    pair.require("value");
    auto name = pair.text("name");
    auto value = pair.text("value");
    if (name && value) headers.emplace_back(*std::move(name), *std::move(value));
  }
  return headers;
}

std::optional<std::string> read_path(Fields& fields, std::string_view name) {
  auto path = fields.text(name);
  if (!path || path->starts_with('/')) return path;
  fields.report().add(fields.position(), fields.key_of(name),
                      "must be an absolute path, not '" + *path + "'");
  return std::nullopt;
}

void read_tls(Fields& exporter, bool is_grpc, OtlpExporterOptions& options) {
  const Node* const node = find_value(exporter, "tls");
  if (node == nullptr) return;
  Fields fields(*node, exporter.key_of("tls"), exporter.report());
  options.certificate = read_path(fields, "ca_file");
  options.client_key = read_path(fields, "key_file");
  options.client_certificate = read_path(fields, "cert_file");
  if (options.client_key.has_value() != options.client_certificate.has_value()) {
    exporter.report().add(node->position, exporter.key_of("tls"), "key_file and cert_file need each other");
  }
  if (is_grpc) options.insecure = fields.boolean("insecure");
}

void read_metric_preferences(Fields& fields, OtlpExporterOptions& options) {
  const auto temporality = fields.choice("temporality_preference", {"cumulative", "delta", "low_memory"});
  options.temporality = temporality == "delta"        ? TemporalityPreference::delta
                        : temporality == "low_memory" ? TemporalityPreference::low_memory
                                                      : TemporalityPreference::cumulative;
  const auto histogram = fields.choice("default_histogram_aggregation",
                                       {"explicit_bucket_histogram", "base2_exponential_bucket_histogram"});
  options.default_histogram_aggregation = histogram == "base2_exponential_bucket_histogram"
                                              ? Aggregation::Type::base2_exponential_bucket_histogram
                                              : Aggregation::Type::explicit_bucket_histogram;
}

/// For exporters that are always asked for cumulative metrics and explicit buckets.
void refuse_metric_preferences(Fields& fields) {
  if (fields.choice("temporality_preference", {"cumulative", "delta", "low_memory"}).value_or("cumulative") !=
      "cumulative") {
    fields.unsupported("temporality_preference", "only OTLP to a receiver can have another than cumulative");
  }
  constexpr std::string_view usual = "explicit_bucket_histogram";
  if (fields.choice("default_histogram_aggregation", {usual, "base2_exponential_bucket_histogram"})
          .value_or(usual) != usual) {
    fields.unsupported("default_histogram_aggregation", "set the aggregation in a view");
  }
}

OtlpExporterOptions read_otlp(Fields& fields, bool is_grpc, bool is_of_metrics) {
  OtlpExporterOptions options;
  options.use_environment = false;
  (is_grpc ? options.endpoint : options.signal_endpoint) = fields.text("endpoint");
  options.protocol = is_grpc ? OtlpProtocol::grpc : OtlpProtocol::http_protobuf;
  if (!is_grpc && fields.choice("encoding", {"protobuf", "json"}) == "json") {
    options.protocol = OtlpProtocol::http_json;
  }
  read_tls(fields, is_grpc, options);
  options.headers = read_headers(fields);
  const auto compression = fields.choice("compression", {"none", "gzip", "zstd"});
  if (compression == "gzip") options.compression = OtlpCompression::gzip;
  if (compression == "zstd") options.compression = OtlpCompression::zstd;
  options.timeout = read_timeout(fields, "timeout");
  if (const auto size = fields.integer("max_request_size", 0)) {
    options.max_request_bytes =
        *size == 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(*size);
  }
  if (const auto size = fields.integer("max_response_size", 1)) {
    options.max_response_bytes = static_cast<std::size_t>(*size);
  }
  if (is_of_metrics) read_metric_preferences(fields, options);
  return options;
}

std::optional<AnyExporter> read_file(Fields& fields) {
  constexpr std::string_view scheme = "file://";
  const std::string stream = fields.text("output_stream").value_or("stdout");
  if (stream == "stdout") return OtlpStdoutConfiguration{};
  if (stream.starts_with(scheme) && stream.size() > scheme.size()) {
    return OtlpFileOptions{.path = stream.substr(scheme.size())};
  }
  fields.report().add(fields.position(), fields.key_of("output_stream"),
                      "must be stdout or file:///path, not '" + stream + "'");
  return std::nullopt;
}

}  // namespace

std::optional<AnyExporter> read_exporter(Fields& fields, bool is_of_metrics) {
  const Node* const node = fields.require("exporter");
  if (node == nullptr) return std::nullopt;
  const std::string key = fields.key_of("exporter");
  const yaml::Entry* const entry = only_entry(*node, key, fields.report());
  if (entry == nullptr) return std::nullopt;
  const std::string& name = entry->key;
  const bool is_known =
      name == "otlp_http" || name == "otlp_grpc" || name == "otlp_file/development" || name == "console";
  if (!is_known) {
    report_unknown(*entry, key, "otlp_http, otlp_grpc, otlp_file/development and console", fields.report());
    return std::nullopt;
  }
  Fields options(entry->value, key + "." + name, fields.report());
  if (name.starts_with("otlp_") && name != "otlp_file/development") {
    return read_otlp(options, name == "otlp_grpc", is_of_metrics);
  }
  if (is_of_metrics) refuse_metric_preferences(options);
  if (name == "console") return ConsoleExporterConfiguration{};
  return read_file(options);
}

}  // namespace sonde::configuration_file
