// Just enough checking that a wrong answer becomes a sentence naming the field, not a blank page: the shape the
// page relies on, without copying. What is inside attributes is looked at only when shown.

import type { Log, MetricsData, MetricSummary, Span, Status, Trace, TracePage, TraceSummary } from './types';

export class UnexpectedAnswer extends Error {
  override name = 'UnexpectedAnswer';
}

type Fields = Record<string, unknown>;
type FieldType = 'string' | 'number' | 'boolean' | 'array' | 'object';

function fail(where: string, wanted: string): never {
  throw new UnexpectedAnswer(`The server's answer is not what this page expects: ${where} is not ${wanted}.`);
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(where, 'an object');
  return value as Fields;
}

function listOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) fail(where, 'a list');
  return value;
}

function requireFields(value: unknown, where: string, types: Record<string, FieldType>): Fields {
  const fields = fieldsOf(value, where);
  for (const [name, type] of Object.entries(types)) {
    const field = fields[name];
    const found = Array.isArray(field) ? 'array' : field === null ? 'null' : typeof field;
    if (found !== type) fail(`${where}.${name}`, `a ${type}`);
  }
  return fields;
}

function requireTime(fields: Fields, name: string, where: string): void {
  if (!/^-?\d+$/.test(fields[name] as string)) fail(`${where}.${name}`, 'nanoseconds in decimal digits');
}

function checkSummary(value: unknown, index: number): TraceSummary {
  const where = `traces[${index}]`;
  const fields = requireFields(value, where, {
    traceId: 'string',
    rootService: 'string',
    rootName: 'string',
    startTimeUnixNano: 'string',
    durationNano: 'string',
    spanCount: 'number',
    errorCount: 'number',
    services: 'array',
    models: 'array',
  });
  requireTime(fields, 'startTimeUnixNano', where);
  requireTime(fields, 'durationNano', where);
  return value as TraceSummary;
}

function checkSpan(value: unknown, index: number): Span {
  const where = `spans[${index}]`;
  const fields = requireFields(value, where, {
    spanId: 'string',
    parentSpanId: 'string',
    name: 'string',
    kind: 'string',
    startTimeUnixNano: 'string',
    durationNano: 'string',
    isRunning: 'boolean',
    status: 'object',
    service: 'string',
    scope: 'object',
    attributes: 'array',
    events: 'array',
    links: 'array',
  });
  requireTime(fields, 'startTimeUnixNano', where);
  requireTime(fields, 'durationNano', where);
  return value as Span;
}

function checkLog(value: unknown, index: number): Log {
  const where = `logs[${index}]`;
  const fields = requireFields(value, where, { timeUnixNano: 'string', severityNumber: 'number', attributes: 'array' });
  requireTime(fields, 'timeUnixNano', where);
  return value as Log;
}

export function checkTracePage(value: unknown): TracePage {
  const fields = fieldsOf(value, 'the answer');
  const next = fields.next;
  if (next !== null && typeof next !== 'string') fail('next', 'a cursor or null');
  return { traces: listOf(fields.traces, 'traces').map(checkSummary), next };
}

export function checkTrace(value: unknown): Trace {
  const fields = requireFields(value, 'the answer', { traceId: 'string', resources: 'array' });
  listOf(fields.spans, 'spans').forEach(checkSpan);
  listOf(fields.logs, 'logs').forEach(checkLog);
  return value as Trace;
}

export function checkServices(value: unknown): string[] {
  return listOf(fieldsOf(value, 'the answer').services, 'services').map(String);
}

export function checkLogs(value: unknown): Log[] {
  return listOf(fieldsOf(value, 'the answer').logs, 'logs').map(checkLog);
}

export function checkMetrics(value: unknown): MetricSummary[] {
  const metrics = listOf(fieldsOf(value, 'the answer').metrics, 'metrics');
  metrics.forEach((metric, index) => {
    requireFields(metric, `metrics[${index}]`, { name: 'string', type: 'string', lastTimeUnixNano: 'string' });
  });
  return metrics as MetricSummary[];
}

export function checkMetricsData(value: unknown): MetricsData {
  return fieldsOf(value, 'the answer');
}

export function checkStatus(value: unknown): Status {
  requireFields(value, 'the answer', { version: 'string', totals: 'object', endpoints: 'object', refused: 'array' });
  return value as Status;
}
