#pragma once

// Where well-known receivers listen and what they want to be told, one line each:
//
//     auto telemetry = sonde::setup(sonde::presets::langfuse(public_key, secret_key));
//
// A preset is options for setup(), to be changed or added to before they are used; what it leaves out, such
// as the service's name, comes from the environment as ever. Signals that a receiver does not take are turned
// off. Keys are kept out of messages. An endpoint given here takes the place of the usual one: another
// region, a server of your own.
//
// Sources: the receivers' own documentation, November 2026.

#include <string>
#include <string_view>

#include "sonde/setup.hpp"

namespace sonde::presets {

/// An OpenTelemetry Collector, or `sonde serve`. All signals, over gRPC if the port is 4317.
[[nodiscard]] SetupOptions collector(std::string endpoint = "http://localhost:4318");

/// Jaeger 1.35 and later. Traces.
[[nodiscard]] SetupOptions jaeger(std::string endpoint = "http://localhost:4318");

/// Zipkin, in its own format: the endpoint is the whole URL. Traces.
[[nodiscard]] SetupOptions zipkin(std::string endpoint = "http://localhost:9411/api/v2/spans");

/// Grafana Cloud's OTLP gateway, with the address, instance id and token that the stack's OpenTelemetry page
/// shows, such as https://otlp-gateway-prod-eu-west-2.grafana.net/otlp. All signals.
[[nodiscard]] SetupOptions grafana_cloud(std::string endpoint, std::string_view instance_id,
                                         std::string_view token);

/// All signals. The dataset is where metrics go; traces and logs go by the service's name. In the EU the
/// endpoint is https://api.eu1.honeycomb.io.
[[nodiscard]] SetupOptions honeycomb(std::string api_key, std::string metrics_dataset = {},
                                     std::string endpoint = "https://api.honeycomb.io");

/// Datadog's OTLP intake, without an agent; model calls go to its LLM observability. All signals, metrics as
/// delta. `site` is the account's, such as datadoghq.eu.
[[nodiscard]] SetupOptions datadog(std::string api_key, std::string_view site = "datadoghq.com");

/// All signals, metrics as delta. In the EU the endpoint is https://otlp.eu01.nr-data.net.
[[nodiscard]] SetupOptions new_relic(std::string license_key,
                                     std::string endpoint = "https://otlp.nr-data.net");

/// Traces, to a project of LangSmith (by default `default`). In the EU the endpoint is
/// https://eu.api.smith.langchain.com/otel.
[[nodiscard]] SetupOptions langsmith(std::string api_key, std::string project = {},
                                     std::string endpoint = "https://api.smith.langchain.com/otel");

/// Traces. In the US the endpoint is https://us.cloud.langfuse.com/api/public/otel.
[[nodiscard]] SetupOptions langfuse(std::string_view public_key, std::string_view secret_key,
                                    std::string endpoint = "https://cloud.langfuse.com/api/public/otel");

/// Traces, to Arize Phoenix; a server without authentication needs no key.
[[nodiscard]] SetupOptions phoenix(std::string endpoint = "http://localhost:6006",
                                   std::string_view api_key = {});

/// Traces, to LlamaTrace: Phoenix, hosted for LlamaIndex.
[[nodiscard]] SetupOptions llamatrace(std::string api_key, std::string endpoint = "https://llamatrace.com");

}  // namespace sonde::presets
