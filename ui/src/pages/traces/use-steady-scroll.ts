import type { Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef } from 'react';
import type { TraceSummary } from '../../api/types';

/** Keeps the rows being read where they are when new ones arrive above; at the top, new rows show. */
export function useSteadyScroll(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  traces: TraceSummary[],
  height: number,
): void {
  const known = useRef(traces);
  useLayoutEffect(() => {
    const offset = virtualizer.scrollOffset ?? 0;
    const before = Math.floor(offset / height);
    const anchor = known.current[before]?.traceId;
    known.current = traces;
    if (anchor === undefined || offset < height) return;
    const after = traces.findIndex(({ traceId }) => traceId === anchor);
    if (after > before) virtualizer.scrollToOffset(offset + (after - before) * height);
  }, [virtualizer, traces, height]);
}
