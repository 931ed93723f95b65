import { describe, expect, it } from 'vitest';
import { seriesColours } from './series';

const names = Array.from({ length: 10 }, (_, index) => `service-${index}`);

describe('seriesColours', () => {
  it('gives ten services ten colours', () => {
    expect(new Set(seriesColours(names).values()).size).toBe(10);
  });
  it('does not depend on the order of names', () => {
    expect(seriesColours([...names].reverse())).toEqual(seriesColours(names));
  });
  it('goes on beyond ten', () => {
    expect(seriesColours([...names, 'one more', 'and another']).size).toBe(12);
  });
});
