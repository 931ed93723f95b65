// A trace's spans as a tree, laid flat: nodes stand in the order they are read down the page, each followed by
// everything below it. Collapsing a node is then skipping `descendants` places, and no walk recurses, however
// deep an agent nested its calls.
//
// Real traces are imperfect, and every span must be seen all the same: a span whose parent is missing (not yet
// arrived, dropped, or sampled away) stands at the top and says so; so does the earliest span of a cycle.

import type { Span } from '../api/types';

export type Broken = 'missing parent' | 'cycle' | null;

export interface SpanNode {
  span: Span;
  depth: number;
  /** Position of the parent among the nodes; -1 at the top. */
  parent: number;
  children: number;
  /** How many nodes stand below this one, at any depth. */
  descendants: number;
  broken: Broken;
  /** Sums over this node and everything below it. */
  total: { errors: number; inputTokens: number; outputTokens: number };
}

interface Linked {
  /** Per span its parent's index, or -1. */
  parents: Int32Array;
  children: number[][];
  broken: Broken[];
}

/** Indices of `spans`, earliest start first; the given order where starts are equal. */
function byStart(spans: Span[]): number[] {
  const starts = spans.map((span) => BigInt(span.startTimeUnixNano));
  return spans
    .map((_, index) => index)
    .sort((a, b) => {
      const left = starts[a] ?? 0n;
      const right = starts[b] ?? 0n;
      return left === right ? a - b : left < right ? -1 : 1;
    });
}

function link(spans: Span[]): Linked {
  const indexById = new Map<string, number>();
  spans.forEach((span, index) => {
    // Of two spans with one id the first is the parent that others mean; both are shown.
    if (!indexById.has(span.spanId)) indexById.set(span.spanId, index);
  });
  const parents = new Int32Array(spans.length).fill(-1);
  const children = spans.map((): number[] => []);
  const broken = spans.map((): Broken => null);
  spans.forEach((span, index) => {
    if (span.parentSpanId === '') return;
    const parent = indexById.get(span.parentSpanId);
    if (parent === undefined) {
      broken[index] = 'missing parent';
    } else if (parent === index) {
      broken[index] = 'cycle';
    } else {
      parents[index] = parent;
      children[parent]?.push(index);
    }
  });
  return { parents, children, broken };
}

/** The spans of the cycle that following parents from `start` ends in. */
function cycleAbove(parents: Int32Array, start: number): number[] {
  const seen = new Set<number>();
  let index = start;
  for (; !seen.has(index); index = parents[index] ?? -1) seen.add(index);
  const cycle = [index];
  for (let next = parents[index] ?? -1; next !== index; next = parents[next] ?? -1) cycle.push(next);
  return cycle;
}

/** Cuts every cycle at its earliest span. `order` is all spans by start, `rank` each one's place in it. */
function cutCycles({ parents, children, broken }: Linked, order: number[], rank: Int32Array): void {
  const reached = new Uint8Array(parents.length);
  const reachFrom = (root: number): void => {
    const pending = [root];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      reached[index] = 1;
      for (const child of children[index] ?? []) pending.push(child);
    }
  };
  for (const index of order) if (parents[index] === -1) reachFrom(index);
  // What no root reaches hangs below a cycle, since its parents never end.
  for (const start of order) {
    if (reached[start] === 1) continue;
    const root = cycleAbove(parents, start).reduce((a, b) => ((rank[b] ?? 0) < (rank[a] ?? 0) ? b : a));
    const siblings = children[parents[root] ?? -1];
    siblings?.splice(siblings.indexOf(root), 1);
    parents[root] = -1;
    broken[root] = 'cycle';
    reachFrom(root);
  }
}

function ownTotals(span: Span): SpanNode['total'] {
  return {
    errors: span.status.code === 'error' ? 1 : 0,
    inputTokens: span.genAi?.inputTokens ?? 0,
    outputTokens: span.genAi?.outputTokens ?? 0,
  };
}

/**
 * Counts and sums, from the bottom up. Tokens that a span reports for itself and those reported below it are the
 * same tokens where an agent sums up its calls, or a gateway's span stands below the client's: so a node's total is
 * the larger of the two, not their sum.
 */
function addBelow(nodes: SpanNode[]): void {
  const own = nodes.map((node) => ({ input: node.total.inputTokens, output: node.total.outputTokens }));
  for (const { total } of nodes) total.inputTokens = total.outputTokens = 0;
  for (let position = nodes.length - 1; position >= 0; position -= 1) {
    const node = nodes[position];
    if (node === undefined) continue;
    node.total.inputTokens = Math.max(node.total.inputTokens, own[position]?.input ?? 0);
    node.total.outputTokens = Math.max(node.total.outputTokens, own[position]?.output ?? 0);
    const parent = nodes[node.parent];
    if (parent === undefined) continue;
    parent.descendants += node.descendants + 1;
    parent.total.errors += node.total.errors;
    parent.total.inputTokens += node.total.inputTokens;
    parent.total.outputTokens += node.total.outputTokens;
  }
}

/** All of `spans`, each once, parents before children and siblings by start. Takes them in any order. */
export function buildTree(spans: Span[]): SpanNode[] {
  const order = byStart(spans);
  const rank = new Int32Array(spans.length);
  order.forEach((index, position) => (rank[index] = position));
  const linked = link(spans);
  cutCycles(linked, order, rank);

  const nodes: SpanNode[] = [];
  const pending: { index: number; parent: number; depth: number }[] = [];
  const push = (indices: number[], parent: number, depth: number): void => {
    // Latest first, because the last one pushed is the next one popped.
    for (const index of indices.sort((a, b) => (rank[b] ?? 0) - (rank[a] ?? 0))) pending.push({ index, parent, depth });
  };
  push(
    order.filter((index) => linked.parents[index] === -1),
    -1,
    0,
  );
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const span = spans[next.index];
    if (span === undefined) continue;
    const children = linked.children[next.index] ?? [];
    nodes.push({
      span,
      depth: next.depth,
      parent: next.parent,
      children: children.length,
      descendants: 0,
      broken: linked.broken[next.index] ?? null,
      total: ownTotals(span),
    });
    push(children, nodes.length - 1, next.depth + 1);
  }
  addBelow(nodes);
  return nodes;
}

/** Positions of the nodes that show when those in `collapsed` hide what is below them. */
export function visiblePositions(nodes: SpanNode[], collapsed: ReadonlySet<number>): number[] {
  const visible: number[] = [];
  for (let position = 0; position < nodes.length; position += 1) {
    visible.push(position);
    if (collapsed.has(position)) position += nodes[position]?.descendants ?? 0;
  }
  return visible;
}

/** The positions above `position`, nearest first. */
export function ancestors(nodes: SpanNode[], position: number): number[] {
  const found: number[] = [];
  for (let at = nodes[position]?.parent ?? -1; at >= 0; at = nodes[at]?.parent ?? -1) found.push(at);
  return found;
}
