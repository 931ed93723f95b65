// OTLP's AnyValue, read.

import type { AnyValue, KeyValue } from '../api/types';

export type TypedValue =
  | { type: 'empty' }
  | { type: 'string'; text: string }
  | { type: 'bool' | 'int' | 'double' | 'bytes'; text: string }
  | { type: 'array'; values: AnyValue[] }
  | { type: 'map'; values: KeyValue[] };

export function typed(value: AnyValue | undefined): TypedValue {
  if (value === undefined) return { type: 'empty' };
  if (value.stringValue !== undefined) return { type: 'string', text: value.stringValue };
  if (value.boolValue !== undefined) return { type: 'bool', text: String(value.boolValue) };
  if (value.intValue !== undefined) return { type: 'int', text: String(value.intValue) };
  if (value.doubleValue !== undefined) return { type: 'double', text: String(value.doubleValue) };
  if (value.bytesValue !== undefined) return { type: 'bytes', text: value.bytesValue };
  if (value.arrayValue !== undefined) return { type: 'array', values: value.arrayValue.values ?? [] };
  if (value.kvlistValue !== undefined) return { type: 'map', values: value.kvlistValue.values ?? [] };
  return { type: 'empty' };
}

/** The same as plain JSON would hold it; an integer too large for a number stays text. */
export function toPlain(value: AnyValue | undefined): unknown {
  const read = typed(value);
  switch (read.type) {
    case 'empty':
      return null;
    case 'string':
    case 'bytes':
      return read.text;
    case 'bool':
      return read.text === 'true';
    case 'int':
      return Number.isSafeInteger(Number(read.text)) ? Number(read.text) : read.text;
    case 'double':
      return Number.isFinite(Number(read.text)) ? Number(read.text) : read.text;
    case 'array':
      return read.values.map(toPlain);
    case 'map':
      return Object.fromEntries(read.values.map(({ key, value: inner }) => [key, toPlain(inner)]));
  }
}

/** The same as text: strings as they are, what is nested as JSON. */
export function toText(value: AnyValue | undefined): string {
  const plain = toPlain(value);
  if (plain === null) return '';
  return typeof plain === 'string' ? plain : JSON.stringify(plain, null, typeof plain === 'object' ? 2 : undefined);
}

/** A short single line of it, at most `length` characters. */
export function toLine(value: AnyValue | undefined, length = 200): string {
  const plain = toPlain(value);
  const text = plain === null ? '' : typeof plain === 'string' ? plain.slice(0, length * 2) : JSON.stringify(plain);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

export function find(attributes: KeyValue[], key: string): AnyValue | undefined {
  // The last one, as the SDKs do when a key was set twice.
  return attributes.findLast((attribute) => attribute.key === key)?.value;
}

/** The attribute as a number, or null when it is missing or not one. */
export function findNumber(attributes: KeyValue[], key: string): number | null {
  const read = typed(find(attributes, key));
  return read.type === 'int' || read.type === 'double' ? Number(read.text) : null;
}

/** A JavaScript value, such as parsed JSON, as an AnyValue, so that both are shown alike. */
export function fromPlain(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(fromPlain) } };
  if (typeof value === 'object' && value !== null) {
    return { kvlistValue: { values: Object.entries(value).map(([key, inner]) => ({ key, value: fromPlain(inner) })) } };
  }
  return {};
}
