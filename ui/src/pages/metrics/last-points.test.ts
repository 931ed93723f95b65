import { describe, expect, it } from 'vitest';
import type { DataPoint, MetricsData } from '../../api/types';
import { lastPoints, valueOf, withUnit } from './last-points';

const data = (...dataPoints: DataPoint[]): MetricsData => ({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum: { dataPoints } }] }] }],
});
const model = (name: string) => [{ key: 'model', value: { stringValue: name } }];

describe('lastPoints', () => {
  it('keeps the newest of each series, whatever the order of points', () => {
    const points = lastPoints(
      data(
        { attributes: model('b'), asInt: '1', timeUnixNano: '5' },
        { attributes: model('a'), asInt: '7', timeUnixNano: '9' },
        { attributes: model('a'), asInt: '6', timeUnixNano: '8' },
      ),
    );
    expect(points.map(({ point }) => point.asInt)).toEqual(['7', '1']);
  });
  it('has none for no data', () => {
    expect(lastPoints({})).toEqual([]);
  });
});

describe('valueOf', () => {
  it('reads numbers and histograms', () => {
    expect(valueOf({ asInt: '48213' }, '{token}')).toBe('48,213 token');
    expect(valueOf({ asDouble: 0.25 }, '1')).toBe('0.25');
    expect(valueOf({ count: '4', sum: 6, min: 0.5, max: 3 }, 's')).toBe(
      '4 recorded · mean 1.5 s · min 500 ms · max 3 s',
    );
    expect(valueOf({ count: '0' }, 's')).toBe('0 recorded');
  });
});

describe('withUnit', () => {
  it('writes bytes in powers of 1024', () => {
    expect([withUnit(0, 'By'), withUnit(1536, 'By'), withUnit(58_327_040, 'By')]).toEqual([
      '0 B',
      '1.5 KiB',
      '55.6 MiB',
    ]);
  });
});
