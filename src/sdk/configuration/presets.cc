#include "sonde/presets.hpp"

#include <cstdint>
#include <utility>

#include "base/base64.h"

namespace sonde::presets {
namespace {

SetupOptions all_signals(std::string endpoint) {
  SetupOptions options;
  options.exporter = ExporterKind::otlp;
  options.protocol = OtlpProtocol::http_protobuf;
  options.endpoint = std::move(endpoint);
  return options;
}

SetupOptions traces_only(std::string endpoint) {
  SetupOptions options = all_signals(std::move(endpoint));
  options.metrics_exporter = ExporterKind::none;
  options.logs_exporter = ExporterKind::none;
  return options;
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  const std::string both = std::string(user) + ":" + std::string(password);
  std::string value = "Basic ";
  base::append_base64({reinterpret_cast<const std::uint8_t*>(both.data()), both.size()}, value);
  return value;
}

}  // namespace

SetupOptions collector(std::string endpoint) {
  std::string_view authority = endpoint;
  while (authority.ends_with('/')) authority.remove_suffix(1);
  const bool is_grpc = authority.ends_with(":4317");
  SetupOptions options = all_signals(std::move(endpoint));
  if (is_grpc) options.protocol = OtlpProtocol::grpc;
  return options;
}

SetupOptions jaeger(std::string endpoint) {
  SetupOptions options = collector(std::move(endpoint));
  options.metrics_exporter = ExporterKind::none;
  options.logs_exporter = ExporterKind::none;
  return options;
}

SetupOptions zipkin(std::string endpoint) {
  SetupOptions options = traces_only(std::move(endpoint));
  options.exporter = ExporterKind::zipkin;
  return options;
}

SetupOptions grafana_cloud(std::string endpoint, std::string_view instance_id, std::string_view token) {
  SetupOptions options = all_signals(std::move(endpoint));
  options.headers.emplace_back("Authorization", basic_authorization(instance_id, token));
  return options;
}

SetupOptions honeycomb(std::string api_key, std::string metrics_dataset, std::string endpoint) {
  SetupOptions options = all_signals(std::move(endpoint));
  options.headers.emplace_back("x-honeycomb-team", std::move(api_key));
  if (!metrics_dataset.empty()) {
    options.headers.emplace_back("x-honeycomb-dataset", std::move(metrics_dataset));
  }
  return options;
}

SetupOptions datadog(std::string api_key, std::string_view site) {
  SetupOptions options = all_signals("https://otlp." + std::string(site));
  options.headers.emplace_back("dd-api-key", std::move(api_key));
  options.headers.emplace_back("dd-otlp-source", "llmobs");
  options.temporality = TemporalityPreference::delta;
  return options;
}

SetupOptions new_relic(std::string license_key, std::string endpoint) {
  SetupOptions options = all_signals(std::move(endpoint));
  options.headers.emplace_back("api-key", std::move(license_key));
  options.temporality = TemporalityPreference::delta;
  options.compression = OtlpCompression::gzip;  // requests above 1 MB are refused, compressed
  return options;
}

SetupOptions langsmith(std::string api_key, std::string project, std::string endpoint) {
  SetupOptions options = traces_only(std::move(endpoint));
  options.headers.emplace_back("x-api-key", std::move(api_key));
  if (!project.empty()) options.headers.emplace_back("Langsmith-Project", std::move(project));
  return options;
}

SetupOptions langfuse(std::string_view public_key, std::string_view secret_key, std::string endpoint) {
  SetupOptions options = traces_only(std::move(endpoint));
  options.headers.emplace_back("Authorization", basic_authorization(public_key, secret_key));
  options.headers.emplace_back("x-langfuse-ingestion-version", "4");  // shown at once, not minutes later
  return options;
}

SetupOptions phoenix(std::string endpoint, std::string_view api_key) {
  SetupOptions options = traces_only(std::move(endpoint));
  if (!api_key.empty()) options.headers.emplace_back("Authorization", "Bearer " + std::string(api_key));
  return options;
}

SetupOptions llamatrace(std::string api_key, std::string endpoint) {
  SetupOptions options = traces_only(std::move(endpoint));
  options.headers.emplace_back("api_key", std::move(api_key));
  return options;
}

}  // namespace sonde::presets
