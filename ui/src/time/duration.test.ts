import { describe, expect, it } from 'vitest';
import { formatDuration, isDuration } from './duration';

describe('formatDuration', () => {
  it.each([
    [0, '0'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1_000, '1 µs'],
    [1_234, '1.23 µs'],
    [999_400, '999 µs'],
    [999_600, '1 ms'],
    [38_449_000, '38.4 ms'],
    [99_960_000, '100 ms'],
    [999_700_000, '1 s'],
    [2_840_000_000, '2.84 s'],
    [59_940_000_000, '59.9 s'],
    [59_960_000_000, '1 min'],
    [60_000_000_000, '1 min'],
    [119_700_000_000, '2 min'],
    [3_599_700_000_000, '1 h'],
    [3_660_000_000_000, '1 h 1 min'],
    [86_399_999_000_000, '1 d'],
    [93_600_000_000_000, '1 d 2 h'],
    [-38_449_000, '-38.4 ms'],
  ])('writes %d ns as %s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });

  it('takes the API’s decimal strings', () => {
    expect(formatDuration('2840000000')).toBe('2.84 s');
  });
});

describe('isDuration', () => {
  it.each(['200ms', '1.5s', '10us', '3m', '0.5h', '7ns'])('accepts %s', (text) => {
    expect(isDuration(text)).toBe(true);
  });
  it.each(['', '200', 'ms', '1,5s', '-1s', '1 s', '1.s'])('refuses "%s"', (text) => {
    expect(isDuration(text)).toBe(false);
  });
});
