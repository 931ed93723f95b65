import { describe, expect, it } from 'vitest';
import type { Span } from '../api/types';
import { spanWith } from './fixture';
import { ancestors, buildTree, visiblePositions } from './tree';

const span = (spanId: string, parentSpanId = '', start = '0'): Span =>
  spanWith({ spanId, parentSpanId, startTimeUnixNano: start });

/** The tree as indented names, which is how a person checks it. */
const drawn = (spans: Span[]): string[] =>
  buildTree(spans).map((node) => `${'.'.repeat(node.depth)}${node.span.spanId}`);

describe('buildTree', () => {
  it('has nothing to show for no spans', () => {
    expect(buildTree([])).toEqual([]);
  });

  it('puts children under their parents, ordered by start', () => {
    expect(drawn([span('a'), span('b2', 'a', '9'), span('b1', 'a', '5'), span('c', 'b1', '6')])).toEqual([
      'a',
      '.b1',
      '..c',
      '.b2',
    ]);
  });

  it('takes parents that come after their children', () => {
    expect(drawn([span('c', 'b', '2'), span('b', 'a', '1'), span('a')])).toEqual(['a', '.b', '..c']);
  });

  it('shows several roots by start', () => {
    expect(drawn([span('late', '', '7'), span('early', '', '3'), span('child', 'late', '8')])).toEqual([
      'early',
      'late',
      '.child',
    ]);
  });

  it('orders starts that differ by one nanosecond beyond what a number can hold', () => {
    expect(drawn([span('b', '', '1764000000123456789'), span('a', '', '1764000000123456788')])).toEqual(['a', 'b']);
  });

  it('keeps the given order where starts are equal', () => {
    expect(drawn([span('r'), span('x', 'r'), span('y', 'r'), span('z', 'r')])).toEqual(['r', '.x', '.y', '.z']);
  });

  it('shows an orphan at the top and says so', () => {
    const nodes = buildTree([span('a'), span('orphan', 'gone', '4'), span('below', 'orphan', '5')]);
    expect(nodes.map((node) => [node.span.spanId, node.depth, node.broken])).toEqual([
      ['a', 0, null],
      ['orphan', 0, 'missing parent'],
      ['below', 1, null],
    ]);
  });

  it('cuts a cycle at its earliest span and loses none', () => {
    const nodes = buildTree([span('a', 'c', '2'), span('b', 'a', '1'), span('c', 'b', '3'), span('tail', 'c', '0')]);
    expect(nodes.map((node) => `${'.'.repeat(node.depth)}${node.span.spanId}`)).toEqual(['b', '.c', '..tail', '..a']);
    expect(nodes.map((node) => node.broken)).toEqual(['cycle', null, null, null]);
  });

  it('shows a span that is its own parent', () => {
    expect(buildTree([span('a', 'a')])).toMatchObject([{ broken: 'cycle', parent: -1 }]);
  });

  it('shows both of two spans with one id', () => {
    expect(drawn([span('a'), span('b', 'a', '1'), span('b', 'a', '2'), span('c', 'b', '3')])).toEqual([
      'a',
      '.b',
      '..c',
      '.b',
    ]);
  });

  it('counts children, descendants and sums below each node', () => {
    const failing = spanWith({ spanId: 'c', parentSpanId: 'b', status: { code: 'error', message: '' } });
    const chat = spanWith({
      spanId: 'd',
      parentSpanId: 'b',
      genAi: { operation: 'chat', provider: '', model: 'm', inputTokens: 7, outputTokens: null, finishReasons: [] },
    });
    const [a, b, c] = buildTree([span('a'), span('b', 'a'), failing, chat]);
    expect(a).toMatchObject({ children: 1, descendants: 3, total: { errors: 1, inputTokens: 7, outputTokens: 0 } });
    expect(b).toMatchObject({ children: 2, descendants: 2, total: { errors: 1, inputTokens: 7 } });
    expect(c).toMatchObject({ children: 0, descendants: 0, total: { errors: 1, inputTokens: 0 } });
  });

  it('counts once the tokens that an agent sums up over its calls', () => {
    const using = (spanId: string, parentSpanId: string, inputTokens: number | null): Span =>
      spanWith({
        spanId,
        parentSpanId,
        genAi: { operation: 'chat', provider: '', model: 'm', inputTokens, outputTokens: 1, finishReasons: [] },
      });
    const nodes = buildTree([
      using('agent', '', 12),
      using('x', 'agent', 5),
      using('y', 'agent', 7),
      using('gateway', 'y', 7),
    ]);
    expect(nodes.map((node) => node.total.inputTokens)).toEqual([12, 5, 7, 7]);
    expect(nodes[0]?.total.outputTokens).toBe(2);
  });

  it('takes a chain of 30,000 spans without running out of stack', () => {
    const chain = Array.from({ length: 30_000 }, (_, index) =>
      span(`s${index}`, index === 0 ? '' : `s${index - 1}`, String(index)),
    );
    const nodes = buildTree(chain.reverse());
    expect(nodes.at(-1)).toMatchObject({ depth: 29_999 });
    expect(nodes[0]).toMatchObject({ descendants: 29_999 });
  });

  it('takes a cycle of 30,000 spans', () => {
    const ring = Array.from({ length: 30_000 }, (_, index) =>
      span(`s${index}`, `s${(index + 29_999) % 30_000}`, String(index)),
    );
    expect(buildTree(ring)).toHaveLength(30_000);
  });
});

describe('visiblePositions', () => {
  const nodes = buildTree([span('a'), span('b', 'a', '1'), span('c', 'b', '2'), span('d', 'a', '3')]);
  it('shows all while nothing is collapsed', () => {
    expect(visiblePositions(nodes, new Set())).toEqual([0, 1, 2, 3]);
  });
  it('hides everything below a collapsed node, also what was collapsed within', () => {
    expect(visiblePositions(nodes, new Set([1]))).toEqual([0, 1, 3]);
    expect(visiblePositions(nodes, new Set([0, 1]))).toEqual([0]);
  });
});

describe('ancestors', () => {
  it('lists them nearest first', () => {
    expect(ancestors(buildTree([span('a'), span('b', 'a'), span('c', 'b')]), 2)).toEqual([1, 0]);
  });
});
