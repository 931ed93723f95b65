import { useDeferredValue, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { findPositions, nextOf } from '../../trace/find';
import type { TimedNode } from '../../trace/model';

export interface Find {
  text: string;
  change: (text: string) => void;
  /** Positions of the spans found, in order; null while nothing is searched for. */
  positions: number[] | null;
  /** The match after `from`, for a text that may have been typed this moment; -1 if there is none. */
  next: (text: string, from: number, step: 1 | -1) => number;
}

/** The search within a trace; in the address, so that a link shows what its sender found. */
export function useFind(nodes: TimedNode[]): Find {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get('find') ?? '';
  const wanted = useDeferredValue(text);
  const positions = useMemo(() => (wanted === '' ? null : findPositions(nodes, wanted)), [nodes, wanted]);
  const change = (next: string): void => {
    setParameters(
      (old) => {
        const changed = new URLSearchParams(old);
        if (next === '') changed.delete('find');
        else changed.set('find', next);
        return changed;
      },
      { replace: true },
    );
  };
  const next = (typed: string, from: number, step: 1 | -1): number =>
    nextOf(typed === wanted && positions !== null ? positions : findPositions(nodes, typed), from, step);
  return { text, change, positions, next };
}
