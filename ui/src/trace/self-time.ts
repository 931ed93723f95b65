import type { TimedNode } from './model';

/** Nanoseconds of the node at `position` during which none of its children ran. */
export function selfTime(nodes: TimedNode[], position: number): number {
  const node = nodes[position];
  if (node === undefined) return 0;
  const end = node.offset + node.duration;
  let covered = 0;
  let reached = node.offset;
  const last = position + node.descendants;
  // Children come by start, so one pass joins their overlaps.
  for (let at = position + 1; at <= last; at += (nodes[at]?.descendants ?? 0) + 1) {
    const child = nodes[at];
    if (child === undefined) break;
    const from = Math.max(child.offset, reached);
    const to = Math.min(child.offset + child.duration, end);
    if (to > from) {
      covered += to - from;
      reached = to;
    }
  }
  return node.duration - covered;
}
