import { describe, expect, it } from 'vitest';
import { formatExactTimestamp, formatRelative, formatTimestamp, offsetFrom } from './timestamp';

const time = '1764000000123456789';

describe('timestamps', () => {
  it('shows milliseconds in the table and every nanosecond where it matters', () => {
    expect(formatTimestamp(time)).toMatch(/^2025-11-2\d \d\d:\d\d:00\.123$/);
    expect(formatExactTimestamp(time)).toMatch(/:00\.123456789 [+-]\d\d:\d\d$/);
  });

  it('keeps a nanosecond of difference between two large times', () => {
    expect(offsetFrom(1764000000123456788n, time)).toBe(1);
  });
});

describe('formatRelative', () => {
  const at = (seconds: number): string => formatRelative(time, 1764000000123 + seconds * 1000);
  it.each([
    [0, 'just now'],
    [1, '1 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [3_600, '1 h ago'],
    [86_400, '1 d ago'],
    [-1, 'just now'],
    [-90, 'in 1 min'],
  ])('%d seconds later', (seconds, text) => {
    expect(at(seconds)).toBe(text);
  });
});
