import type { TracePage, TraceSummary } from '../../api/types';

function newestFirst(a: TraceSummary, b: TraceSummary): number {
  const left = BigInt(a.startTimeUnixNano);
  const right = BigInt(b.startTimeUnixNano);
  if (left !== right) return left < right ? 1 : -1;
  return a.traceId < b.traceId ? -1 : 1;
}

/** The loaded pages with what the newest page knows better: new traces, and later spans of known ones. */
export function mergeTraces(pages: TracePage[], newest: TracePage | undefined): TraceSummary[] {
  const byId = new Map<string, TraceSummary>();
  for (const page of pages) for (const trace of page.traces) byId.set(trace.traceId, trace);
  for (const trace of newest?.traces ?? []) byId.set(trace.traceId, trace);
  return [...byId.values()].sort(newestFirst);
}

/** Whether more traces came since than the newest page holds, so that some between it and the pages are missing. */
export function hasGap(pages: TracePage[], newest: TracePage | undefined): boolean {
  const first = pages[0];
  if (newest === undefined || newest.next === null || first === undefined || first.traces.length === 0) return false;
  const known = new Set(first.traces.map((trace) => trace.traceId));
  return !newest.traces.some((trace) => known.has(trace.traceId));
}
