import { describe, expect, it } from 'vitest';
import { spanWith } from './fixture';
import { findPositions, nextOf } from './find';
import { modelOf } from './model';

describe('findPositions', () => {
  const spans = [
    spanWith({ spanId: 'a', name: 'rag_pipeline' }),
    spanWith({
      spanId: 'b',
      startTimeUnixNano: '1',
      attributes: [{ key: 'db.query.text', value: { stringValue: 'SELECT chunks' } }],
    }),
    spanWith({ spanId: 'c', startTimeUnixNano: '2', status: { code: 'error', message: 'Rate limit' } }),
  ];
  const nodes = modelOf({ traceId: 't', spans, resources: [], logs: [] })?.nodes ?? [];
  it.each([
    ['RAG', [0]],
    ['select', [1]],
    ['rate limit ', [2]],
    ['', []],
    ['absent', []],
  ])('finds "%s" at %j', (wanted, positions) => {
    expect(findPositions(nodes, wanted)).toEqual(positions);
  });
});

describe('nextOf', () => {
  it('goes on and round, both ways', () => {
    expect([nextOf([2, 5, 9], 5, 1), nextOf([2, 5, 9], 9, 1), nextOf([2, 5, 9], -1, 1)]).toEqual([9, 2, 2]);
    expect([nextOf([2, 5, 9], 5, -1), nextOf([2, 5, 9], 2, -1)]).toEqual([2, 9]);
    expect(nextOf([], 3, 1)).toBe(-1);
  });
});
