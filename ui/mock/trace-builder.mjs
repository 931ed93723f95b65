// Builds OTLP/JSON from plain values.

let seed = 7;
/** Pseudo-random and repeatable, so that two screenshots of one build look the same. */
export const random = () => {
  // Mulberry32: 32 bits of state, all of which come round before any comes again.
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
export const pick = (values) => values[Math.floor(random() * values.length)];
export const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');

/** A JavaScript value as OTLP's AnyValue. Whole numbers become integers. */
export function anyValue(value) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: attributes(value) } };
}
export const attributes = (values) => Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

export const milliseconds = (amount) => BigInt(Math.round(amount * 1e6));

/** Collects the spans of one trace; times are milliseconds from the trace's start. */
export class TraceBuilder {
  constructor(startMilliseconds, traceId = hex(32)) {
    this.traceId = traceId;
    this.start = milliseconds(startMilliseconds);
    this.byService = new Map();
  }

  time(offset) {
    return String(this.start + milliseconds(offset));
  }

  /**
   * Adds a span of `service` from `from` to `to`, and answers its id.
   * @param {string} service
   * @param {string} name
   * @param {number} from
   * @param {number} to
   * @param {{parent?: string, kind?: number, values?: object, events?: [number, string, object?][],
   *   links?: {traceId: string, spanId: string, attributes: object[]}[], error?: string}} [details]
   */
  span(service, name, from, to, { parent = '', kind = 1, values = {}, events = [], links = [], error } = {}) {
    const spanId = hex(16);
    const span = {
      traceId: this.traceId,
      spanId,
      parentSpanId: parent,
      name,
      kind,
      startTimeUnixNano: this.time(from),
      endTimeUnixNano: this.time(to),
      attributes: attributes(values),
      events: events.map(([at, eventName, eventValues = {}]) => ({
        timeUnixNano: this.time(at),
        name: eventName,
        attributes: attributes(eventValues),
      })),
      links,
      status: error ? { code: 2, message: error } : {},
    };
    if (!this.byService.has(service)) this.byService.set(service, []);
    this.byService.get(service).push(span);
    return spanId;
  }

  /** Everything collected, as the body of a request to /v1/traces. */
  request() {
    return {
      resourceSpans: [...this.byService].map(([service, spans]) => ({
        resource: {
          attributes: attributes({
            'service.name': service,
            'service.version': '1.4.2',
            'deployment.environment.name': 'production',
            'host.name': 'worker-3',
            'telemetry.sdk.name': 'sonde',
            'telemetry.sdk.language': 'cpp',
            'process.pid': 48213,
          }),
        },
        scopeSpans: [{ scope: { name: `${service}/pipeline`, version: '0.1.0' }, spans }],
      })),
    };
  }
}
