import { describe, expect, it } from 'vitest';
import type { AnyValue } from '../api/types';
import { find, fromPlain, toLine, toPlain, toText, typed } from './any-value';

const message: AnyValue = {
  kvlistValue: {
    values: [
      { key: 'role', value: { stringValue: 'user' } },
      {
        key: 'parts',
        value: { arrayValue: { values: [{ intValue: '3' }, { doubleValue: 0.5 }, { boolValue: false }, {}] } },
      },
    ],
  },
};

describe('AnyValue', () => {
  it('tells every type', () => {
    const types = [
      {},
      { stringValue: '' },
      { boolValue: false },
      { intValue: '0' },
      { doubleValue: 'NaN' },
      { bytesValue: 'AA==' },
      { arrayValue: {} },
      { kvlistValue: {} },
    ];
    expect(types.map((value) => typed(value).type)).toEqual([
      'empty',
      'string',
      'bool',
      'int',
      'double',
      'bytes',
      'array',
      'map',
    ]);
  });

  it('becomes plain values at any depth', () => {
    expect(toPlain(message)).toEqual({ role: 'user', parts: [3, 0.5, false, null] });
  });

  it('keeps an integer that no number can hold', () => {
    expect(toPlain({ intValue: '9223372036854775807' })).toBe('9223372036854775807');
    expect(toText({ intValue: '9223372036854775807' })).toBe('9223372036854775807');
  });

  it('keeps NaN readable', () => {
    expect(toText({ doubleValue: 'NaN' })).toBe('NaN');
  });

  it('comes back from plain values', () => {
    expect(fromPlain(toPlain(message))).toEqual(message);
  });

  it('fits on a line', () => {
    expect(toLine({ stringValue: 'a\n  b' })).toBe('a b');
    expect(toLine({ stringValue: 'x'.repeat(50) }, 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('finds the last of a repeated key', () => {
    expect(
      find(
        [
          { key: 'a', value: { intValue: '1' } },
          { key: 'a', value: { intValue: '2' } },
        ],
        'a',
      ),
    ).toEqual({ intValue: '2' });
  });
});
