// The newest point of each series of a metric, in words.

import type { DataPoint, KeyValue, Metric, MetricsData } from '../../api/types';
import { toLine } from '../../attributes/any-value';
import { formatDuration } from '../../time/duration';

export interface Series {
  attributes: KeyValue[];
  point: DataPoint;
}

function pointsOf(metric: Metric): DataPoint[] {
  const kind = metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary;
  return kind?.dataPoints ?? [];
}

export const labelOf = (attributes: KeyValue[]): string =>
  attributes.map(({ key, value }) => `${key}=${toLine(value, 60)}`).join(', ');

/** The values alone, for where there is little room. */
export const shortLabelOf = (attributes: KeyValue[]): string =>
  attributes.map(({ value }) => toLine(value, 24)).join(' ');

/** One entry for each set of attributes, ordered by them. */
export function lastPoints(data: MetricsData): Series[] {
  const byLabel = new Map<string, Series>();
  for (const { scopeMetrics = [] } of data.resourceMetrics ?? []) {
    for (const { metrics = [] } of scopeMetrics) {
      for (const point of metrics.flatMap(pointsOf)) {
        const attributes = (point.attributes ?? []).toSorted((a, b) => (a.key < b.key ? -1 : 1));
        const label = labelOf(attributes);
        const known = byLabel.get(label)?.point.timeUnixNano ?? '0';
        if (BigInt(point.timeUnixNano ?? '0') >= BigInt(known)) byLabel.set(label, { attributes, point });
      }
    }
  }
  return [...byLabel].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series);
}

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const bytes = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** A value in its unit (UCUM): seconds and bytes as people read them, annotations such as {token} by name. */
export function withUnit(value: number, unit: string): string {
  const scale: Record<string, number> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };
  const factor = scale[unit];
  if (factor !== undefined) return formatDuration(value * factor);
  if (unit === 'By') {
    const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)));
    return `${bytes.format(value / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power] ?? ''}`;
  }
  const name = unit === '1' ? '' : unit.replace(/[{}]/g, '');
  return name === '' ? number.format(value) : `${number.format(value)} ${name}`;
}

/** The value of a point; of a histogram its count, mean and extremes. */
export function valueOf(point: DataPoint, unit: string): string {
  const plain = point.asInt ?? point.asDouble;
  if (plain !== undefined) return withUnit(Number(plain), unit);
  const count = Number(point.count ?? 0);
  const parts = [`${number.format(count)} recorded`];
  if (point.sum !== undefined && count > 0) parts.push(`mean ${withUnit(Number(point.sum) / count, unit)}`);
  if (point.min !== undefined) parts.push(`min ${withUnit(Number(point.min), unit)}`);
  if (point.max !== undefined) parts.push(`max ${withUnit(Number(point.max), unit)}`);
  return parts.join(' · ');
}
