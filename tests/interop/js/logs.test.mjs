// Log records that the official SDK made, as the server keeps them, and how they stand beside their trace.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';

import { byKey, nanoseconds, read } from './sonde.mjs';
import { transports } from './transports.mjs';

const now = Math.floor(Date.now() / 1000);

for (const [index, transport] of transports.entries()) {
  test(`logs over ${transport.name}: records keep body, severity, attributes and their span`, async () => {
    const service = `interop-js-logs-${transport.name}`;
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      processors: [new BatchLogRecordProcessor({ exporter: transport.logs() })],
    });
    const span = {
      traceId: `${index}`.padStart(32, 'b'),
      spanId: 'cccccccccccccccc',
      traceFlags: TraceFlags.SAMPLED,
    };
    const context = trace.setSpanContext(ROOT_CONTEXT, span);
    const logger = provider.getLogger('interop-logger', '7.8.9');
    logger.emit({
      timestamp: [now, 100],
      observedTimestamp: [now, 200],
      severityNumber: SeverityNumber.WARN2,
      severityText: 'WARN',
      body: 'Grüße aus dem Protokoll',
      attributes: { attempt: 2, ratio: 0.5, final: false, tags: ['x', 'y'], nested: { deep: { value: 1 } } },
      context,
    });
    logger.emit({
      timestamp: [now + 1, 0],
      severityNumber: SeverityNumber.INFO,
      eventName: 'gen_ai.choice',
      body: { index: 0, message: { role: 'assistant', content: ['a', 'b'] } },
      context,
    });
    logger.emit({ timestamp: [now + 2, 0], body: 'without a span', context: ROOT_CONTEXT });
    await provider.forceFlush();

    const { logs: correlated } = await read(`logs?traceId=${span.traceId}`);
    assert.equal(correlated.length, 2);
    const [choice, warning] = correlated; // newest first

    assert.equal(warning.timeUnixNano, nanoseconds([now, 100]));
    assert.equal(warning.observedTimeUnixNano, nanoseconds([now, 200]));
    assert.equal(warning.severityNumber, 14);
    assert.equal(warning.severityText, 'WARN');
    assert.deepEqual(warning.body, { stringValue: 'Grüße aus dem Protokoll' });
    assert.equal(warning.traceId, span.traceId);
    assert.equal(warning.spanId, span.spanId);
    assert.equal(warning.service, service);
    assert.deepEqual(byKey(warning.attributes), {
      attempt: { intValue: '2' },
      ratio: { doubleValue: 0.5 },
      final: { boolValue: false },
      tags: { arrayValue: { values: [{ stringValue: 'x' }, { stringValue: 'y' }] } },
      nested: {
        kvlistValue: {
          values: [{ key: 'deep', value: { kvlistValue: { values: [{ key: 'value', value: { intValue: '1' } }] } } }],
        },
      },
    });

    assert.equal(choice.eventName, 'gen_ai.choice');
    assert.equal(choice.severityNumber, 9);
    assert.deepEqual(choice.body.kvlistValue.values[0], { key: 'index', value: { intValue: '0' } });
    assert.deepEqual(byKey(choice.body.kvlistValue.values[1].value.kvlistValue.values), {
      role: { stringValue: 'assistant' },
      content: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
    });

    const { logs: all } = await read(`logs?service=${service}`);
    assert.equal(all.length, 3);
    assert.deepEqual(all[0].body, { stringValue: 'without a span' });
    assert.equal(all[0].traceId, '');
    assert.equal(all[0].spanId, '');

    const { logs: severe } = await read(`logs?service=${service}&minSeverity=13`);
    assert.deepEqual(severe.map(({ severityNumber }) => severityNumber), [14]);
    await provider.shutdown();
  });
}
