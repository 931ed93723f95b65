// Spans that the official SDK made, as the server keeps them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, createTraceState, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

import { byKey, nanoseconds, read, readWhen } from './sonde.mjs';
import { transports } from './transports.mjs';

const now = Math.floor(Date.now() / 1000);
const at = (offset, rest) => [now + offset, rest];

function providerFor(transport, service) {
  return new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'process.pid': 4242, 'host.tags': ['a', 'b'] }),
    spanProcessors: [new BatchSpanProcessor({ exporter: transport.traces(), maxQueueSize: 4096 })],
  });
}

const linked = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceFlags: TraceFlags.SAMPLED,
};

/** A server span with a child that does all a span can do, as a user of the API would write them. */
function recordTrace(provider) {
  const tracer = provider.getTracer('interop', '1.2.3');
  const remote = {
    traceId: randomBytes(16).toString('hex'),
    spanId: 'fedcba9876543210',
    traceFlags: TraceFlags.SAMPLED,
    traceState: createTraceState('vendor=value,other=1'),
    isRemote: true,
  };
  const parent = tracer.startSpan(
    'POST /chat',
    { kind: SpanKind.SERVER, startTime: at(0, 1), links: [{ context: linked, attributes: { why: 'retry' } }] },
    trace.setSpanContext(ROOT_CONTEXT, remote),
  );
  const child = tracer.startSpan(
    'chat gpt-4o — „ünï“ 🛰',
    { kind: SpanKind.CLIENT, startTime: at(0, 250_000_000) },
    trace.setSpan(ROOT_CONTEXT, parent),
  );
  child.setAttributes({
    text: 'zwölf Boxkämpfer',
    empty: '',
    yes: true,
    no: false,
    count: 3,
    negative: -7,
    largest: Number.MAX_SAFE_INTEGER,
    ratio: 0.7,
    tiny: 1e-300,
    words: ['stop', 'length'],
    numbers: [1, 2, 3],
    fractions: [0.5, 1.5],
    flags: [true, false],
    nothing: [],
  });
  child.addEvent('first token', { index: 0, tokens: 1.5 }, at(0, 300_000_007));
  child.addLink({ context: { ...linked, spanId: 'aaaaaaaaaaaaaaaa' } });
  child.recordException(new RangeError('context too long'), at(0, 400_000_000));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'context too long' });
  child.end(at(1, 999_999_999));
  parent.setStatus({ code: SpanStatusCode.OK });
  parent.end(at(2, 2));
  return { remote, parent, child };
}

function expectParent(stored, { remote, parent }) {
  assert.equal(stored.spanId, parent.spanContext().spanId);
  assert.equal(stored.parentSpanId, remote.spanId);
  assert.equal(stored.traceState, 'vendor=value,other=1');
  assert.equal(stored.name, 'POST /chat');
  assert.equal(stored.kind, 'server');
  assert.equal(stored.startTimeUnixNano, nanoseconds(at(0, 1)));
  assert.equal(stored.durationNano, '2000000001');
  assert.deepEqual(stored.status, { code: 'ok', message: '' });
  assert.deepEqual(stored.scope, { name: 'interop', version: '1.2.3' });
  assert.deepEqual(stored.links, [
    {
      traceId: linked.traceId,
      spanId: linked.spanId,
      attributes: [{ key: 'why', value: { stringValue: 'retry' } }],
    },
  ]);
}

function expectChild(stored, { parent, child }) {
  assert.equal(stored.spanId, child.spanContext().spanId);
  assert.equal(stored.parentSpanId, parent.spanContext().spanId);
  assert.equal(stored.name, 'chat gpt-4o — „ünï“ 🛰');
  assert.equal(stored.kind, 'client');
  assert.equal(stored.startTimeUnixNano, nanoseconds(at(0, 250_000_000)));
  assert.equal(stored.durationNano, '1749999999');
  assert.deepEqual(stored.status, { code: 'error', message: 'context too long' });
  assert.deepEqual(byKey(stored.attributes), {
    text: { stringValue: 'zwölf Boxkämpfer' },
    empty: { stringValue: '' },
    yes: { boolValue: true },
    no: { boolValue: false },
    count: { intValue: '3' },
    negative: { intValue: '-7' },
    largest: { intValue: '9007199254740991' },
    ratio: { doubleValue: 0.7 },
    tiny: { doubleValue: 1e-300 },
    words: { arrayValue: { values: [{ stringValue: 'stop' }, { stringValue: 'length' }] } },
    numbers: { arrayValue: { values: [{ intValue: '1' }, { intValue: '2' }, { intValue: '3' }] } },
    fractions: { arrayValue: { values: [{ doubleValue: 0.5 }, { doubleValue: 1.5 }] } },
    flags: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } },
    nothing: { arrayValue: { values: [] } },
  });
  expectEvents(stored.events);
  assert.deepEqual(
    stored.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    [{ traceId: linked.traceId, spanId: 'aaaaaaaaaaaaaaaa' }],
  );
}

function expectEvents([token, exception, ...more]) {
  assert.deepEqual(more, []);
  assert.equal(token.name, 'first token');
  assert.equal(token.timeUnixNano, nanoseconds(at(0, 300_000_007)));
  assert.deepEqual(byKey(token.attributes), { index: { intValue: '0' }, tokens: { doubleValue: 1.5 } });

  assert.equal(exception.name, 'exception');
  assert.equal(exception.timeUnixNano, nanoseconds(at(0, 400_000_000)));
  const attributes = byKey(exception.attributes);
  assert.deepEqual(attributes['exception.type'], { stringValue: 'RangeError' });
  assert.deepEqual(attributes['exception.message'], { stringValue: 'context too long' });
  assert.match(attributes['exception.stacktrace'].stringValue, /^RangeError: context too long\n +at recordTrace/);
}

for (const transport of transports) {
  test(`traces over ${transport.name}: every field of a span is kept`, async () => {
    const service = `interop-js-traces-${transport.name}`;
    const provider = providerFor(transport, service);
    const recorded = recordTrace(provider);
    await provider.forceFlush(); // what is acknowledged is stored, so it is read back without waiting

    const stored = await read(`traces/${recorded.parent.spanContext().traceId}`);
    assert.equal(stored.spans.length, 2);
    const [parent, child] = stored.spans;
    expectParent(parent, recorded);
    expectChild(child, recorded);
    for (const span of stored.spans) {
      assert.equal(span.service, service);
      assert.deepEqual([span.droppedAttributes, span.droppedEvents, span.droppedLinks], [0, 0, 0]);
      assert.deepEqual(byKey(stored.resources[span.resource].attributes), {
        'service.name': { stringValue: service },
        'process.pid': { intValue: '4242' },
        'host.tags': { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
      });
    }
    await provider.shutdown();
  });

  test(`traces over ${transport.name}: a thousand spans in several batches all arrive, once each`, async () => {
    const service = `interop-js-many-${transport.name}`;
    const provider = providerFor(transport, service);
    const tracer = provider.getTracer('interop');
    const root = tracer.startSpan('root');
    const ids = Array.from({ length: 1000 }, (_, index) => {
      const span = tracer.startSpan(`step ${index}`, {}, trace.setSpan(ROOT_CONTEXT, root));
      span.setAttribute('index', index);
      span.end();
      return span.spanContext().spanId;
    });
    root.end();
    await provider.forceFlush();

    const path = `traces/${root.spanContext().traceId}`;
    const { spans } = await readWhen(path, (answer) => answer.spans.length > ids.length);
    assert.deepEqual(spans.map(({ spanId }) => spanId).sort(), [root.spanContext().spanId, ...ids].sort());
    for (const span of spans.filter(({ parentSpanId }) => parentSpanId !== '')) {
      assert.equal(span.parentSpanId, root.spanContext().spanId);
      assert.equal(`step ${byKey(span.attributes).index.intValue}`, span.name);
    }

    const { traces } = await read(`traces?service=${service}`);
    assert.equal(traces.length, 1);
    assert.equal(traces[0].traceId, root.spanContext().traceId);
    assert.equal(traces[0].rootName, 'root');
    assert.equal(traces[0].spanCount, 1001);
    assert.equal(traces[0].errorCount, 0);
    await provider.shutdown();
  });
}
