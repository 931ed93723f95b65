// Metrics that the official SDK aggregated, as the server keeps them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

import { byKey, read } from './sonde.mjs';
import { transports } from './transports.mjs';

const cumulative = 2; // OTLP's AGGREGATION_TEMPORALITY_CUMULATIVE

/** The metric of that name, with the resource and scope it came with. */
async function readMetric(name) {
  const { resourceMetrics } = await read(`metrics/${encodeURIComponent(name)}`);
  assert.equal(resourceMetrics.length, 1);
  assert.equal(resourceMetrics[0].scopeMetrics.length, 1);
  const [{ scope, metrics }] = resourceMetrics[0].scopeMetrics;
  assert.equal(metrics.length, 1);
  return { resource: byKey(resourceMetrics[0].resource.attributes), scope, metric: metrics[0] };
}

function expectTimes(point, before) {
  assert.ok(BigInt(point.startTimeUnixNano) >= before, 'the point starts after the test did');
  assert.ok(BigInt(point.timeUnixNano) >= BigInt(point.startTimeUnixNano), 'the point ends after its start');
  assert.ok(BigInt(point.timeUnixNano) <= BigInt(Date.now() + 1000) * 1_000_000n, 'the point is not of the future');
}

const model = (name) => ({ model: { stringValue: name } });

for (const transport of transports) {
  test(`metrics over ${transport.name}: each kind of point keeps its values`, async () => {
    const prefix = `interop.js.${transport.name}`;
    const before = BigInt(Date.now() - 1000) * 1_000_000n;
    const reader = new PeriodicExportingMetricReader({
      exporter: transport.metrics(),
      exportIntervalMillis: 3_600_000,
    });
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': `interop-js-metrics-${transport.name}` }),
      readers: [reader],
      views: [
        { instrumentName: `${prefix}.sizes`, aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
      ],
    });
    const meter = provider.getMeter('interop-meter', '4.5.6');

    const tokens = meter.createCounter(`${prefix}.tokens`, { unit: '{token}', description: 'Tokens used' });
    tokens.add(5, { model: 'gpt-4o' });
    tokens.add(7, { model: 'gpt-4o' });
    tokens.add(1, { model: 'claude' });
    const cost = meter.createCounter(`${prefix}.cost`, { unit: 'USD' });
    cost.add(0.25);
    cost.add(0.5);
    const active = meter.createUpDownCounter(`${prefix}.active`);
    active.add(3);
    active.add(-5);
    const duration = meter.createHistogram(`${prefix}.duration`, {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.1, 1, 10] },
    });
    for (const value of [0.05, 0.5, 0.75, 20]) duration.record(value, { model: 'gpt-4o' });
    const sizes = meter.createHistogram(`${prefix}.sizes`);
    for (const value of [0, 1, 2, 4]) sizes.record(value);
    meter.createObservableGauge(`${prefix}.queue`).addCallback((result) => result.observe(2.5, { shard: 1 }));
    await provider.forceFlush();

    const sum = await readMetric(`${prefix}.tokens`);
    assert.deepEqual(sum.resource, { 'service.name': { stringValue: `interop-js-metrics-${transport.name}` } });
    assert.equal(sum.scope.name, 'interop-meter');
    assert.equal(sum.scope.version, '4.5.6');
    assert.equal(sum.metric.unit, '{token}');
    assert.equal(sum.metric.description, 'Tokens used');
    assert.equal(sum.metric.sum.isMonotonic, true);
    assert.equal(sum.metric.sum.aggregationTemporality, cumulative);
    const byModel = Object.fromEntries(
      sum.metric.sum.dataPoints.map((point) => [byKey(point.attributes).model.stringValue, point]),
    );
    assert.deepEqual(Object.keys(byModel).sort(), ['claude', 'gpt-4o']);
    assert.equal(Number(byModel['gpt-4o'].asInt ?? byModel['gpt-4o'].asDouble), 12);
    assert.equal(Number(byModel.claude.asInt ?? byModel.claude.asDouble), 1);
    expectTimes(byModel.claude, before);

    const { metric: fraction } = await readMetric(`${prefix}.cost`);
    assert.equal(fraction.sum.dataPoints.length, 1);
    assert.equal(fraction.sum.dataPoints[0].asDouble, 0.75);

    const { metric: upDown } = await readMetric(`${prefix}.active`);
    assert.ok(!upDown.sum.isMonotonic);
    assert.equal(Number(upDown.sum.dataPoints[0].asInt ?? upDown.sum.dataPoints[0].asDouble), -2);

    const { metric: histogram } = await readMetric(`${prefix}.duration`);
    const [bucketed] = histogram.histogram.dataPoints;
    assert.equal(histogram.unit, 's');
    assert.deepEqual(byKey(bucketed.attributes), model('gpt-4o'));
    assert.deepEqual(bucketed.explicitBounds, [0.1, 1, 10]);
    assert.deepEqual(bucketed.bucketCounts, ['1', '2', '0', '1']);
    assert.equal(bucketed.count, '4');
    assert.equal(bucketed.sum, 21.3);
    assert.equal(bucketed.min, 0.05);
    assert.equal(bucketed.max, 20);
    expectTimes(bucketed, before);

    const { metric: exponential } = await readMetric(`${prefix}.sizes`);
    const [scaled] = exponential.exponentialHistogram.dataPoints;
    assert.equal(scaled.count, '4');
    assert.equal(scaled.zeroCount, '1');
    assert.equal(scaled.sum, 7);
    const counts = scaled.positive.bucketCounts.map(Number);
    assert.equal(counts.reduce((total, count) => total + count), 3);
    // The first and the last bucket hold 1 and 4: their indices span two powers of two at the point's scale.
    assert.equal(counts.length - 1, 2 * 2 ** scaled.scale);

    const { metric: gauge } = await readMetric(`${prefix}.queue`);
    assert.equal(gauge.gauge.dataPoints[0].asDouble, 2.5);
    assert.deepEqual(byKey(gauge.gauge.dataPoints[0].attributes), { shard: { intValue: '1' } });

    const { metrics } = await read('metrics');
    const types = Object.fromEntries(
      metrics.filter(({ name }) => name.startsWith(`${prefix}.`)).map(({ name, type }) => [name, type]),
    );
    assert.deepEqual(types, {
      [`${prefix}.tokens`]: 'sum',
      [`${prefix}.cost`]: 'sum',
      [`${prefix}.active`]: 'sum',
      [`${prefix}.duration`]: 'histogram',
      [`${prefix}.sizes`]: 'exponential_histogram',
      [`${prefix}.queue`]: 'gauge',
    });
    await provider.shutdown();
  });
}
