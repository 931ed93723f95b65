import { describe, expect, it } from 'vitest';
import type { TracePage, TraceSummary } from '../../api/types';
import { hasGap, mergeTraces } from './merge-traces';

const trace = (traceId: string, start: number, spanCount = 1): TraceSummary => ({
  traceId,
  rootService: 's',
  rootName: 'r',
  startTimeUnixNano: String(1764000000000000000n + BigInt(start)),
  durationNano: '1',
  spanCount,
  errorCount: 0,
  services: [],
  models: [],
  inputTokens: 0,
  outputTokens: 0,
  cost: null,
});
const page = (next: string | null, ...traces: TraceSummary[]): TracePage => ({ traces, next });

describe('mergeTraces', () => {
  it('puts new traces first, to the nanosecond', () => {
    const merged = mergeTraces([page('c', trace('b', 1), trace('a', 0))], page('c', trace('d', 3), trace('c', 2)));
    expect(merged.map(({ traceId }) => traceId)).toEqual(['d', 'c', 'b', 'a']);
  });
  it('shows a trace once, as the newest page has it', () => {
    expect(mergeTraces([page(null, trace('a', 0, 1))], page(null, trace('a', 0, 4)))).toMatchObject([{ spanCount: 4 }]);
  });
  it('shows a trace once that two pages hold because the list moved in between', () => {
    expect(mergeTraces([page('x', trace('b', 1)), page(null, trace('b', 1), trace('a', 0))], undefined)).toHaveLength(
      2,
    );
  });
});

describe('hasGap', () => {
  const pages = [page('c', trace('b', 1), trace('a', 0))];
  it('is there when the newest page reaches no known trace', () => {
    expect(hasGap(pages, page('c', trace('z', 9), trace('y', 8)))).toBe(true);
  });
  it('is not there when it does, when it is all there is, or when nothing was known', () => {
    expect(hasGap(pages, page('c', trace('c', 2), trace('b', 1)))).toBe(false);
    expect(hasGap(pages, page(null, trace('z', 9)))).toBe(false);
    expect(hasGap([page(null)], page('c', trace('z', 9)))).toBe(false);
    expect(hasGap(pages, undefined)).toBe(false);
  });
});
