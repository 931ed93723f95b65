// What the query API answers: docs/api.md in TypeScript. Times and durations stay decimal strings of nanoseconds,
// because a number would round them.

export type Nanoseconds = string;

/** OTLP/JSON's AnyValue: at most one of these is set; none of them is an empty value. */
export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  /** JSON has no NaN or infinity: OTLP writes those as strings. */
  doubleValue?: number | string;
  /** Base64. */
  bytesValue?: string;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
}

export interface KeyValue {
  key: string;
  value?: AnyValue;
}

export interface TraceSummary {
  traceId: string;
  rootService: string;
  rootName: string;
  startTimeUnixNano: Nanoseconds;
  durationNano: Nanoseconds;
  spanCount: number;
  errorCount: number;
  services: string[];
  models: string[];
  inputTokens: number;
  outputTokens: number;
  /** US dollars; null where no price is known. */
  cost: number | null;
}

export interface TracePage {
  traces: TraceSummary[];
  next: string | null;
}

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';

export interface SpanEvent {
  timeUnixNano: Nanoseconds;
  name: string;
  attributes: KeyValue[];
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: KeyValue[];
}

export interface GenAi {
  operation: string;
  provider: string;
  model: string;
  inputTokens: number | null;
  outputTokens: number | null;
  finishReasons: string[];
}

export interface Span {
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  traceState: string;
  name: string;
  kind: SpanKind;
  startTimeUnixNano: Nanoseconds;
  durationNano: Nanoseconds;
  /** It was sent without an end: its duration is up to when it was last heard of. */
  isRunning: boolean;
  status: { code: 'unset' | 'ok' | 'error'; message: string };
  service: string;
  /** Index into the trace's resources. */
  resource: number;
  scope: { name: string; version: string };
  attributes: KeyValue[];
  events: SpanEvent[];
  links: SpanLink[];
  droppedAttributes: number;
  droppedEvents: number;
  droppedLinks: number;
  genAi: GenAi | null;
}

export interface Log {
  timeUnixNano: Nanoseconds;
  observedTimeUnixNano: Nanoseconds;
  severityNumber: number;
  severityText: string;
  eventName: string;
  body: AnyValue;
  traceId: string;
  spanId: string;
  service: string;
  attributes: KeyValue[];
}

export interface Trace {
  traceId: string;
  spans: Span[];
  resources: { attributes: KeyValue[] }[];
  logs: Log[];
}

export interface Status {
  version: string;
  uptimeSeconds: number;
  dataDirectory: string;
  totals: { spans: number; logRecords: number; dataPoints: number };
  endpoints: { otlpGrpc: string; otlpHttp: string; ui: string };
  refused: { reason: string; count: number }[];
}

export interface MetricSummary {
  name: string;
  type: string;
  unit: string;
  description: string;
  service: string;
  points: number;
  lastTimeUnixNano: Nanoseconds;
}

/** One data point of OTLP/JSON, whichever kind of metric it belongs to. */
export interface DataPoint {
  attributes?: KeyValue[];
  timeUnixNano?: string;
  asInt?: string | number;
  asDouble?: number | string;
  count?: string | number;
  sum?: number | string;
  min?: number | string;
  max?: number | string;
}

interface DataPoints {
  dataPoints?: DataPoint[];
}

export interface Metric {
  name: string;
  gauge?: DataPoints;
  sum?: DataPoints;
  histogram?: DataPoints;
  exponentialHistogram?: DataPoints;
  summary?: DataPoints;
}

export interface MetricsData {
  resourceMetrics?: { scopeMetrics?: { metrics?: Metric[] }[] }[];
}
