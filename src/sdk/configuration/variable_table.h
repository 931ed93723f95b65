#pragma once

// Every environment variable that the SDK reads. Whatever reads one names its row here, so a variable that is
// not in the table cannot be read, and docs/configuration.md is made from it.
//
// Source: specification configuration/sdk-environment-variables.md, protocol/exporter.md,
// metrics/sdk_exporters/otlp.md, entities/entity-propagation.md.

#include <array>
#include <string_view>

#include "sdk/configuration/variables.h"

namespace sonde::detail {

// clang-format off: a row a variable
inline constexpr auto variable_table = [] {
  using enum VariableType;
  constexpr std::string_view general = "General", resource = "Resource", sampling = "Sampling",
                             limits = "Limits", batches = "Batches", exporters = "Exporters", otlp = "OTLP",
                             metrics = "Metrics", others = "Zipkin and Prometheus", genai = "GenAI";
  return std::to_array<Variable>({
      {general, "OTEL_SDK_DISABLED", boolean, "false", "Turns all signals off. Propagators go on working."},
      {general, "OTEL_CONFIG_FILE", text, "none",
       "A configuration file; with it, all variables but those that the file refers to are ignored."},
      {general, "OTEL_EXPERIMENTAL_CONFIG_FILE", text, "none", "The former name of OTEL_CONFIG_FILE."},
      {general, "OTEL_LOG_LEVEL", choice, "info",
       "What the SDK tells of itself: messages of this level and above.", "none error warn info debug"},
      {general, "OTEL_PROPAGATORS", list, "tracecontext,baggage", "How context travels between processes.",
       "tracecontext baggage b3 b3multi jaeger none"},

      {resource, "OTEL_SERVICE_NAME", text, "unknown_service:PROGRAM",
       "The attribute service.name; wins over OTEL_RESOURCE_ATTRIBUTES."},
      {resource, "OTEL_RESOURCE_ATTRIBUTES", pairs, "none",
       "Attributes of the resource. Ignored as a whole if any part of it is malformed."},
      {resource, "OTEL_ENTITIES", text, "none",
       "Entities of the resource, as `type{id=value}[attribute=value]@schema_url` separated by semicolons; "
       "their "
       "attributes become the resource's."},

      {sampling, "OTEL_TRACES_SAMPLER", choice, "parentbased_always_on", "Which traces are recorded.",
       "always_on always_off traceidratio parentbased_always_on parentbased_always_off "
       "parentbased_traceidratio"},
      {sampling, "OTEL_TRACES_SAMPLER_ARG", text, "1.0",
       "For the traceidratio samplers: a number from 0 to 1."},

      {limits, "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", integer, "none",
       "The length of an attribute's value, wherever no more special variable is set."},
      {limits, "OTEL_ATTRIBUTE_COUNT_LIMIT", integer, "128",
       "The number of attributes, wherever no more special variable is set."},
      {limits, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", integer, "none",
       "The length of a span attribute's value."},
      {limits, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", integer, "128", "The number of a span's attributes."},
      {limits, "OTEL_SPAN_EVENT_COUNT_LIMIT", integer, "128", "The number of a span's events."},
      {limits, "OTEL_SPAN_LINK_COUNT_LIMIT", integer, "128", "The number of a span's links."},
      {limits, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", integer, "128", "The number of attributes of one event."},
      {limits, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", integer, "128", "The number of attributes of one link."},
      {limits, "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", integer, "none",
       "The length of a log record attribute's value."},
      {limits, "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", integer, "128",
       "The number of a log record's attributes."},

      {batches, "OTEL_BSP_SCHEDULE_DELAY", duration, "5000",
       "Spans wait this long for others before export."},
      {batches, "OTEL_BSP_EXPORT_TIMEOUT", timeout, "30000", "The time allowed to export a batch of spans."},
      {batches,
       "OTEL_BSP_MAX_QUEUE_SIZE",
       integer,
       "2048",
       "Spans that may wait; others are dropped.",
       {},
       1},
      {batches,
       "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
       integer,
       "512",
       "Spans in a batch; at most the size of the queue.",
       {},
       1},
      {batches, "OTEL_BLRP_SCHEDULE_DELAY", duration, "1000",
       "Log records wait this long for others before export."},
      {batches, "OTEL_BLRP_EXPORT_TIMEOUT", timeout, "30000",
       "The time allowed to export a batch of log records."},
      {batches,
       "OTEL_BLRP_MAX_QUEUE_SIZE",
       integer,
       "2048",
       "Log records that may wait; others are dropped.",
       {},
       1},
      {batches,
       "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
       integer,
       "512",
       "Log records in a batch; at most the size of the queue.",
       {},
       1},

      {exporters, "OTEL_TRACES_EXPORTER", list, "otlp", "Where spans go.",
       "otlp console zipkin otlp/stdout none"},
      {exporters, "OTEL_METRICS_EXPORTER", list, "otlp", "Where metrics go.",
       "otlp console prometheus otlp/stdout none"},
      {exporters, "OTEL_LOGS_EXPORTER", list, "otlp", "Where log records go.",
       "otlp console otlp/stdout none"},

      {otlp,
       "OTEL_EXPORTER_OTLP_ENDPOINT",
       text,
       "http://localhost:4318, with grpc http://localhost:4317",
       "The receiver's base URL, to which OTLP/HTTP appends v1/traces, v1/metrics or v1/logs. For one "
       "signal: the "
       "URL as it is.",
       {},
       0,
       true},
      {otlp, "OTEL_EXPORTER_OTLP_PROTOCOL", choice, "http/protobuf", "The encoding and its transport.",
       "grpc http/protobuf http/json", 0, true},
      {otlp, "OTEL_EXPORTER_OTLP_HEADERS", pairs, "none", "Sent with every request.", {}, 0, true},
      {otlp, "OTEL_EXPORTER_OTLP_COMPRESSION", choice, "none", "The compression of requests.",
       "gzip zstd none", 0, true},
      {otlp,
       "OTEL_EXPORTER_OTLP_TIMEOUT",
       timeout,
       "10000",
       "The time allowed to an export, retries included.",
       {},
       0,
       true},
      {otlp,
       "OTEL_EXPORTER_OTLP_INSECURE",
       boolean,
       "false",
       "With grpc: no TLS, where the endpoint has no scheme that says so.",
       {},
       0,
       true},
      {otlp,
       "OTEL_EXPORTER_OTLP_CERTIFICATE",
       text,
       "what the system trusts",
       "The PEM file of the certificates that servers are verified with.",
       {},
       0,
       true},
      {otlp,
       "OTEL_EXPORTER_OTLP_CLIENT_KEY",
       text,
       "none",
       "The PEM file of the client's key, for mTLS.",
       {},
       0,
       true},
      {otlp,
       "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
       text,
       "none",
       "The PEM file of the client's certificate, for mTLS.",
       {},
       0,
       true},
      {otlp, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", choice, "cumulative",
       "Whether metrics tell what was added since the last export or since the start.",
       "cumulative delta lowmemory"},
      {otlp, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", choice, "explicit_bucket_histogram",
       "The kind of histogram, where no view says otherwise.",
       "explicit_bucket_histogram base2_exponential_bucket_histogram"},

      {metrics,
       "OTEL_METRIC_EXPORT_INTERVAL",
       duration,
       "60000",
       "The time between two exports of metrics.",
       {},
       1},
      {metrics, "OTEL_METRIC_EXPORT_TIMEOUT", timeout, "30000", "The time allowed to an export of metrics."},
      {metrics, "OTEL_METRICS_EXEMPLAR_FILTER", choice, "trace_based",
       "Which measurements may stand as examples beside what they were counted into.",
       "trace_based always_on always_off"},

      {others, "OTEL_EXPORTER_ZIPKIN_ENDPOINT", text, "http://localhost:9411/api/v2/spans",
       "Where the zipkin exporter sends spans."},
      {others, "OTEL_EXPORTER_ZIPKIN_TIMEOUT", timeout, "10000", "The time allowed to an export."},
      {others, "OTEL_EXPORTER_PROMETHEUS_HOST", text, "localhost", "Where the prometheus exporter listens."},
      {others, "OTEL_EXPORTER_PROMETHEUS_PORT", integer, "9464", "Its port; 0 is any that is free."},

      {genai, "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", choice, "NO_CONTENT",
       "Where prompts, answers and tool arguments are recorded; `true` is SPAN_ONLY.",
       "NO_CONTENT SPAN_ONLY EVENT_ONLY SPAN_AND_EVENT true false"},
      {genai, "SONDE_GENAI_PROFILES", list, "newest",
       "Which generations of names are emitted: of semantic-conventions-genai, the metrics of semantic "
       "conventions "
       "1.41, the lesson's.",
       "newest v1.41 lesson"},
      {genai, "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", choice, "spans",
       "With `logs`, exceptions of GenAI operations become log records in place of span events; with "
       "`logs/dup`, "
       "both.",
       "logs logs/dup"},
      {genai, "OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK", choice, "none",
       "With `upload`, content is written to files, whatever is captured, and spans refer to them.",
       "upload"},
      {genai, "OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH", text, "none",
       "The folder of those files, as a path or a file:// URI."},
      {genai, "OTEL_INSTRUMENTATION_GENAI_UPLOAD_FORMAT", choice, "json",
       "With `jsonl`, a line for each message.", "json jsonl"},
      {genai,
       "OTEL_INSTRUMENTATION_GENAI_UPLOAD_MAX_QUEUE_SIZE",
       integer,
       "20",
       "Operations whose content may wait to be written; that of others is dropped.",
       {},
       1},
  });
}();
// clang-format on

/// The row of that variable; does not compile if there is none.
consteval const Variable& variable(std::string_view name) {
  for (const Variable& row : variable_table) {
    if (row.name == name) return row;
  }
  throw "no such variable in the table";
}

}  // namespace sonde::detail
