// What the tests send. The shapes are those of ui/mock/samples.mjs; the names are what tests look for.

import { agentTrace, hugeTrace, metricsAt, ragTrace } from '../../ui/mock/samples.mjs';
import { attributes, TraceBuilder } from '../../ui/mock/trace-builder.mjs';
import type { Sonde } from './sonde';

export { TraceBuilder };

/** A trace of one span, `ago` milliseconds old. */
export async function sendPlainTrace(
  sonde: Sonde,
  service: string,
  name: string,
  { ago = 1000, lasts = 20, error = '' } = {},
): Promise<string> {
  const trace = new TraceBuilder(Date.now() - ago);
  trace.span(service, name, 0, lasts, error === '' ? {} : { error });
  await sonde.send('traces', trace.request());
  return trace.traceId;
}

/** POST /trips: an agent with four model calls, three tools (of which one fails) and the services below them. */
export async function sendAgentTrace(sonde: Sonde): Promise<string> {
  const trace = agentTrace(Date.now() - 60_000);
  await sonde.send('traces', trace.request());
  return trace.traceId;
}

/** rag_pipeline; a failing one has an exception event on its model call. */
export async function sendRagTrace(sonde: Sonde, failing = false): Promise<string> {
  const trace = ragTrace(Date.now() - 30_000, { failing });
  await sonde.send('traces', trace.request());
  return trace.traceId;
}

export async function sendHugeTrace(sonde: Sonde, spans: number): Promise<string> {
  const trace = hugeTrace(Date.now() - 3_600_000, spans);
  const request = trace.request();
  // In parts, as an application would: a single request of this size is over any receiver's limit.
  for (const resourceSpans of request.resourceSpans) {
    const scope = resourceSpans.scopeSpans[0]!;
    for (let from = 0; from < scope.spans.length; from += 5000) {
      const part = { ...scope, spans: scope.spans.slice(from, from + 5000) };
      await sonde.send('traces', { resourceSpans: [{ resource: resourceSpans.resource, scopeSpans: [part] }] });
    }
  }
  return trace.traceId;
}

export async function sendLog(
  sonde: Sonde,
  body: string,
  { severityNumber = 9, traceId = '', spanId = '' } = {},
): Promise<void> {
  const time = `${Date.now()}000000`;
  const record = {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber,
    body: { stringValue: body },
    traceId,
    spanId,
    attributes: attributes({ attempt: 3 }),
  };
  await sonde.send('logs', {
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'docs-assistant' }) },
        scopeLogs: [{ logRecords: [record] }],
      },
    ],
  });
}

export async function sendMetrics(sonde: Sonde): Promise<void> {
  await sonde.send('metrics', metricsAt(Date.now()));
}
