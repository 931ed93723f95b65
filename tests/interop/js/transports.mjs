// The three ways the official SDK speaks OTLP, each with its exporters for the three signals.

import { OTLPLogExporter as LogGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogProtobuf } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TraceGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TraceJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TraceProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';

import { otlpGrpc, otlpHttp } from './sonde.mjs';

const grpc = (Exporter, options) => () => new Exporter({ url: otlpGrpc, ...options });
const http = (Exporter, path, options) => () => new Exporter({ url: `${otlpHttp}/v1/${path}`, ...options });
const gzip = { compression: 'gzip' };

export const transports = [
  { name: 'grpc', traces: grpc(TraceGrpc), metrics: grpc(MetricGrpc), logs: grpc(LogGrpc) },
  {
    name: 'http-protobuf',
    traces: http(TraceProtobuf, 'traces'),
    metrics: http(MetricProtobuf, 'metrics'),
    logs: http(LogProtobuf, 'logs'),
  },
  {
    name: 'http-json',
    traces: http(TraceJson, 'traces'),
    metrics: http(MetricJson, 'metrics'),
    logs: http(LogJson, 'logs'),
  },
  { name: 'grpc-gzip', traces: grpc(TraceGrpc, gzip), metrics: grpc(MetricGrpc, gzip), logs: grpc(LogGrpc, gzip) },
  {
    name: 'http-protobuf-gzip',
    traces: http(TraceProtobuf, 'traces', gzip),
    metrics: http(MetricProtobuf, 'metrics', gzip),
    logs: http(LogProtobuf, 'logs', gzip),
  },
  {
    name: 'http-json-gzip',
    traces: http(TraceJson, 'traces', gzip),
    metrics: http(MetricJson, 'metrics', gzip),
    logs: http(LogJson, 'logs', gzip),
  },
];
