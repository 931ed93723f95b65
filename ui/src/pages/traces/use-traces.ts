import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { restartTracePages, useNewestTraces, useTracePages, type TraceFilters } from '../../api/queries';
import { hasGap, mergeTraces } from './merge-traces';

/** The list of traces: pages as far as scrolled, kept up to date at the top while `live`. */
export function useTraces(filters: TraceFilters, live: boolean) {
  const client = useQueryClient();
  const older = useTracePages(filters);
  const pages = useMemo(() => older.data?.pages ?? [], [older.data]);
  // A page that shows nothing yet waits for the first trace, live or not.
  const newest = useNewestTraces(
    filters,
    older.isSuccess && !older.isPlaceholderData && (live || pages[0]?.traces.length === 0),
  );
  const newestPage = older.isPlaceholderData ? undefined : newest.data;
  const gap = hasGap(pages, newestPage);
  useEffect(() => {
    if (gap) void restartTracePages(client, filters);
    // The filters are those of the pages in which the gap was seen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [gap, client]);
  const traces = useMemo(() => mergeTraces(pages, newestPage), [pages, newestPage]);
  return {
    traces,
    older,
    error: older.error ?? newest.error,
    retry: () => (older.isError ? older.refetch() : newest.refetch()),
  };
}
