// A stand-in for the collector and its query API, in memory: it takes OTLP/JSON in and answers what docs/api.md
// promises, so that the page can be developed without building the C++ half. Not a product.

const span_kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const status_codes = ['unset', 'ok', 'error'];

const attributesByKey = (attributes = []) => new Map(attributes.map(({ key, value }) => [key, value]));
const stringOf = (value) => value?.stringValue ?? null;
const numberOf = (value) => (value?.intValue === undefined ? null : Number(value.intValue));
const severityNames = [
  [21, 'FATAL'],
  [17, 'ERROR'],
  [13, 'WARN'],
  [9, 'INFO'],
  [5, 'DEBUG'],
  [1, 'TRACE'],
];
const severityText = (number) => severityNames.find(([least]) => number >= least)?.[1] ?? '';

function genAiOf(attributes) {
  const operation = stringOf(attributes.get('gen_ai.operation.name'));
  const model = stringOf(attributes.get('gen_ai.response.model') ?? attributes.get('gen_ai.request.model'));
  if (!operation && !model) return null;
  const reasons = attributes.get('gen_ai.response.finish_reasons')?.arrayValue?.values ?? [];
  return {
    operation: operation ?? '',
    provider: stringOf(attributes.get('gen_ai.provider.name')) ?? '',
    model: model ?? '',
    inputTokens: numberOf(attributes.get('gen_ai.usage.input_tokens')),
    outputTokens: numberOf(attributes.get('gen_ai.usage.output_tokens')),
    finishReasons: reasons.map(stringOf),
  };
}

const serviceOf = (resource) =>
  stringOf(attributesByKey(resource?.attributes).get('service.name')) ?? 'unknown_service';

export class Store {
  #spans = new Map();
  #logs = [];
  #metrics = [];
  #started = Date.now();
  points = 0;

  addTraces(request) {
    for (const { resource = {}, scopeSpans = [] } of request.resourceSpans ?? []) {
      for (const { scope = {}, spans = [] } of scopeSpans) {
        for (const span of spans) {
          const kept = this.#spans.get(span.traceId) ?? [];
          kept.push({ span, scope, resource, service: serviceOf(resource) });
          this.#spans.set(span.traceId, kept);
        }
      }
    }
  }

  addLogs(request) {
    for (const { resource = {}, scopeLogs = [] } of request.resourceLogs ?? []) {
      for (const { logRecords = [] } of scopeLogs) {
        for (const record of logRecords) {
          this.#logs.push({
            timeUnixNano: String(record.timeUnixNano ?? '0'),
            observedTimeUnixNano: String(record.observedTimeUnixNano ?? '0'),
            severityNumber: record.severityNumber ?? 0,
            severityText: record.severityText || severityText(record.severityNumber ?? 0),
            eventName: record.eventName ?? '',
            body: record.body ?? {},
            traceId: record.traceId ?? '',
            spanId: record.spanId ?? '',
            service: serviceOf(resource),
            attributes: record.attributes ?? [],
          });
        }
      }
    }
  }

  addMetrics(request) {
    for (const resourceMetrics of request.resourceMetrics ?? []) {
      for (const scopeMetrics of resourceMetrics.scopeMetrics ?? []) {
        for (const metric of scopeMetrics.metrics ?? []) {
          const type = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'].find((name) => metric[name]);
          this.points += metric[type].dataPoints.length;
          this.#metrics.push({
            resource: resourceMetrics.resource ?? {},
            scope: scopeMetrics.scope ?? {},
            metric,
            type,
          });
        }
      }
    }
  }

  status(endpoints) {
    let spans = 0;
    for (const kept of this.#spans.values()) spans += kept.length;
    return {
      version: '0.1.0-mock',
      uptimeSeconds: Math.round((Date.now() - this.#started) / 1000),
      dataDirectory: '(memory)',
      totals: { spans, logRecords: this.#logs.length, dataPoints: this.points },
      endpoints,
      refused: this.#spans.size > 20 ? [{ reason: 'span without a trace id', count: 3 }] : [],
    };
  }

  services() {
    const names = new Set();
    for (const kept of this.#spans.values()) for (const { service } of kept) names.add(service);
    return [...names].sort();
  }

  #summary(traceId, kept) {
    const root = kept.find(({ span }) => !span.parentSpanId) ?? kept[0];
    let start = null;
    let end = null;
    const summary = { errorCount: 0, inputTokens: 0, outputTokens: 0 };
    const services = new Set();
    const models = new Set();
    for (const { span, service } of kept) {
      const from = BigInt(span.startTimeUnixNano);
      const to = BigInt(span.endTimeUnixNano);
      if (start === null || from < start) start = from;
      if (end === null || to > end) end = to;
      services.add(service);
      if (span.status?.code === 2) summary.errorCount += 1;
      const genAi = genAiOf(attributesByKey(span.attributes));
      if (genAi?.model) models.add(genAi.model);
      summary.inputTokens += genAi?.inputTokens ?? 0;
      summary.outputTokens += genAi?.outputTokens ?? 0;
    }
    const priced = [...models].some((model) => model.startsWith('gpt') || model.startsWith('claude'));
    return {
      traceId,
      rootService: root.service,
      rootName: root.span.name,
      startTimeUnixNano: String(start),
      durationNano: String(end - start),
      spanCount: kept.length,
      ...summary,
      services: [...services],
      models: [...models],
      cost: priced ? summary.inputTokens * 2.5e-6 + summary.outputTokens * 1e-5 : null,
    };
  }

  traces(parameters) {
    const flag = (name) => parameters.get(name);
    const nanoseconds = (text) => {
      const [, amount, unit] = /^([\d.]+)(ns|us|ms|s|m|h)$/.exec(text) ?? [];
      const scale = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };
      return Number(amount) * scale[unit];
    };
    let found = [...this.#spans].map(([traceId, kept]) => this.#summary(traceId, kept));
    if (flag('service')) found = found.filter(({ services }) => services.includes(flag('service')));
    if (flag('errors') === 'true') found = found.filter(({ errorCount }) => errorCount > 0);
    if (flag('minDuration'))
      found = found.filter((one) => Number(one.durationNano) >= nanoseconds(flag('minDuration')));
    if (flag('text')) {
      const wanted = flag('text').toLowerCase();
      found = found.filter(({ traceId }) => JSON.stringify(this.#spans.get(traceId)).toLowerCase().includes(wanted));
    }
    found.sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? 1 : -1));
    const from = Number(flag('after') ?? 0);
    const to = from + Number(flag('limit') ?? 50);
    return { traces: found.slice(from, to), next: to < found.length ? String(to) : null };
  }

  trace(traceId) {
    const kept = this.#spans.get(traceId);
    if (!kept) return null;
    const resources = [...new Set(kept.map(({ resource }) => resource))];
    const spans = kept.map(({ span, scope, resource, service }) => ({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId ?? '',
      traceState: span.traceState ?? '',
      name: span.name,
      kind: span_kinds[span.kind ?? 0],
      startTimeUnixNano: String(span.startTimeUnixNano),
      durationNano: String(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
      isRunning: false,
      status: { code: status_codes[span.status?.code ?? 0], message: span.status?.message ?? '' },
      service,
      resource: resources.indexOf(resource),
      scope: { name: scope.name ?? '', version: scope.version ?? '' },
      attributes: span.attributes ?? [],
      events: (span.events ?? []).map(({ timeUnixNano, name, attributes = [] }) => ({
        timeUnixNano: String(timeUnixNano),
        name,
        attributes,
      })),
      links: (span.links ?? []).map(({ traceId: id, spanId, attributes = [] }) => ({
        traceId: id,
        spanId,
        attributes,
      })),
      droppedAttributes: span.droppedAttributesCount ?? 0,
      droppedEvents: span.droppedEventsCount ?? 0,
      droppedLinks: span.droppedLinksCount ?? 0,
      genAi: genAiOf(attributesByKey(span.attributes)),
    }));
    spans.sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1));
    return {
      traceId,
      spans,
      resources: resources.map(({ attributes = [] }) => ({ attributes })),
      logs: this.#logs.filter((log) => log.traceId === traceId),
    };
  }

  logs(parameters) {
    const wanted = parameters.get('text')?.toLowerCase();
    const found = this.#logs.filter(
      (log) =>
        (!parameters.get('service') || log.service === parameters.get('service')) &&
        log.severityNumber >= Number(parameters.get('minSeverity') ?? 0) &&
        (!wanted || JSON.stringify(log).toLowerCase().includes(wanted)),
    );
    found.sort((a, b) => (BigInt(a.timeUnixNano) < BigInt(b.timeUnixNano) ? 1 : -1));
    return { logs: found.slice(0, Number(parameters.get('limit') ?? 100)) };
  }

  metrics() {
    const byName = new Map();
    for (const { resource, metric, type } of this.#metrics) {
      const points = metric[type].dataPoints;
      const known = byName.get(metric.name);
      const last = points.at(-1)?.timeUnixNano ?? '0';
      byName.set(metric.name, {
        name: metric.name,
        type,
        unit: metric.unit ?? '',
        description: metric.description ?? '',
        service: serviceOf(resource),
        points: (known?.points ?? 0) + points.length,
        lastTimeUnixNano: String(last),
      });
    }
    return { metrics: [...byName.values()] };
  }

  metric(name) {
    const kept = this.#metrics.filter(({ metric }) => metric.name === name);
    if (kept.length === 0) return null;
    return {
      resourceMetrics: kept.map(({ resource, scope, metric }) => ({
        resource,
        scopeMetrics: [{ scope, metrics: [metric] }],
      })),
    };
  }
}
