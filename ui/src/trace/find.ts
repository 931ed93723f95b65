// Finding spans by what is in them.

import type { Span } from '../api/types';
import type { TimedNode } from './model';

const searchable = new WeakMap<Span, string>();

/** Everything of a span that a reader may search for, in lower case; made once, when first searched. */
function textOf(span: Span): string {
  let text = searchable.get(span);
  if (text === undefined) {
    const { name, spanId, service, status, genAi, attributes, events } = span;
    text = [
      name,
      spanId,
      service,
      status.message,
      genAi?.model ?? '',
      JSON.stringify(attributes),
      JSON.stringify(events),
    ]
      .join('\n')
      .toLowerCase();
    searchable.set(span, text);
  }
  return text;
}

/** Positions of the nodes that hold `wanted`, in order; none for an empty one. */
export function findPositions(nodes: TimedNode[], wanted: string): number[] {
  const text = wanted.trim().toLowerCase();
  if (text === '') return [];
  return nodes.flatMap((node, position) => (textOf(node.span).includes(text) ? [position] : []));
}

/** The next of ascending `positions` after `from` in the direction of `step`, going round at the end; -1 if none. */
export function nextOf(positions: number[], from: number, step: 1 | -1): number {
  const next =
    step === 1 ? positions.find((position) => position > from) : positions.findLast((position) => position < from);
  return next ?? (step === 1 ? positions[0] : positions.at(-1)) ?? -1;
}
