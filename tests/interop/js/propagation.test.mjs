// Context that goes from our SDK to the official one and back, in each format that both know.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { ROOT_CONTEXT, defaultTextMapGetter, defaultTextMapSetter, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { TracerProvider } from '@opentelemetry/sdk-trace';

/** A process of ours: headers go either way as lines, with an empty line at the end. */
function startPeer(names) {
  const peer = spawn(process.env.INTEROP_PEER, ['propagate', names], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  return {
    end: () => peer.kill(),
    async read() {
      const headers = {};
      for (let line = await lines.next(); !line.done && line.value !== ''; line = await lines.next()) {
        const [name, value] = line.value.split('\t');
        headers[name.toLowerCase()] = value; // as Node's HTTP server has them
      }
      return headers;
    },
    write: (headers) =>
      peer.stdin.end(Object.entries(headers).map(([name, value]) => `${name}\t${value}\n`).join('') + '\n'),
  };
}

const withBaggage = (propagator) => new CompositePropagator({ propagators: [propagator, new W3CBaggagePropagator()] });

const formats = {
  'tracecontext,baggage': withBaggage(new W3CTraceContextPropagator()),
  'b3,baggage': withBaggage(new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER })),
  'b3multi,baggage': withBaggage(new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })),
};

for (const [names, propagator] of Object.entries(formats)) {
  test(`A trace goes from us to the official SDK and back by ${names}`, { timeout: 30_000 }, async (t) => {
    const peer = startPeer(names);
    t.after(peer.end);
    const incoming = await peer.read();
    const context = propagator.extract(ROOT_CONTEXT, incoming, defaultTextMapGetter);
    const parent = trace.getSpanContext(context);
    assert.ok(parent.isRemote);
    assert.equal(propagation.getBaggage(context).getEntry('user.id').value, 'grüße 42');

    const theirs = new TracerProvider({}).getTracer('interop').startSpan('theirs', {}, context);
    const baggage = propagation.getBaggage(context).setEntry('session.id', { value: 'a b,c' });
    const outgoing = {};
    propagator.inject(
      propagation.setBaggage(trace.setSpan(context, theirs), baggage), outgoing, defaultTextMapSetter);
    peer.write(outgoing);

    const found = await peer.read();
    assert.equal(parent.traceId, found['our-trace-id']);
    assert.equal(parent.spanId, found['our-span-id']);
    assert.equal(found['trace-id'], found['our-trace-id']);
    assert.equal(found['parent-span-id'], theirs.spanContext().spanId);
    assert.equal(found.remote, '1');
    assert.equal(found.sampled, '1');
    assert.equal(found['baggage.user.id'], 'grüße 42');
    assert.equal(found['baggage.session.id'], 'a b,c');
  });
}
