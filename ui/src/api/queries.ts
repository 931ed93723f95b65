// The server's answers as the components hold them: cached, refreshed while live, and asked for again after errors.

import { keepPreviousData, useInfiniteQuery, useQuery, type QueryClient } from '@tanstack/react-query';
import {
  checkLogs,
  checkMetrics,
  checkMetricsData,
  checkServices,
  checkStatus,
  checkTrace,
  checkTracePage,
} from './check';
import { ApiError, ask } from './client';
import type { Trace } from './types';

/** How the trace list is narrowed; empty means not at all. */
export interface TraceFilters {
  service: string;
  text: string;
  minDuration: string;
  errors: boolean;
}

const liveMilliseconds = 2000;
const pageSize = 50;

const parametersOf = ({ service, text, minDuration, errors }: TraceFilters): Record<string, string | undefined> => ({
  service,
  text,
  minDuration,
  errors: errors ? 'true' : undefined,
});

const pagesKey = (filters: TraceFilters): unknown[] => ['traces', 'pages', filters];

/** The list as far as it was scrolled, page after page. */
export function useTracePages(filters: TraceFilters) {
  return useInfiniteQuery({
    queryKey: pagesKey(filters),
    queryFn: ({ pageParam, signal }) =>
      ask('traces', { ...parametersOf(filters), limit: pageSize, after: pageParam }, checkTracePage, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    // What is new comes through useNewestTraces; asking for every page again each time would not scale.
    staleTime: Infinity,
  });
}

/** The newest page, asked for every two seconds while `live` and the page is visible. */
export function useNewestTraces(filters: TraceFilters, live: boolean) {
  return useQuery({
    queryKey: ['traces', 'newest', filters],
    queryFn: ({ signal }) => ask('traces', { ...parametersOf(filters), limit: pageSize }, checkTracePage, signal),
    enabled: live,
    refetchInterval: live ? liveMilliseconds : false,
  });
}

export function restartTracePages(client: QueryClient, filters: TraceFilters): Promise<void> {
  return client.resetQueries({ queryKey: pagesKey(filters) });
}

export function useServices() {
  return useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => ask('services', {}, checkServices, signal),
    refetchInterval: 10_000,
  });
}

const settledMilliseconds = 30_000;
/** A running span is heard of once a minute at least, or its process has gone. */
const snapshotMilliseconds = 120_000;
const largestLiveTrace = 2000;

/** Spans of a trace arrive one batch after another: young traces are asked for again, unless that is costly. */
function mayStillGrow(trace: Trace): boolean {
  if (trace.spans.length > largestLiveTrace) return false;
  const now = Date.now();
  return trace.spans.some(({ startTimeUnixNano, durationNano, isRunning }) => {
    const heardOf = Number((BigInt(startTimeUnixNano) + BigInt(durationNano)) / 1_000_000n);
    return heardOf > now - (isRunning ? snapshotMilliseconds : settledMilliseconds);
  });
}

export function useTrace(traceId: string) {
  return useQuery({
    queryKey: ['trace', traceId],
    queryFn: ({ signal }) => ask(`traces/${encodeURIComponent(traceId)}`, {}, checkTrace, signal),
    staleTime: 10_000,
    // Comparing two large traces field by field costs more than drawing the new one.
    structuralSharing: false,
    refetchOnWindowFocus: ({ state }) => state.data === undefined || mayStillGrow(state.data),
    refetchInterval: ({ state }) => {
      const missing = state.error instanceof ApiError && state.error.code === 404;
      return missing || (state.data !== undefined && mayStillGrow(state.data)) ? liveMilliseconds : false;
    },
  });
}

export interface LogFilters {
  service: string;
  text: string;
  minSeverity: number;
}

export function useLogs(filters: LogFilters, limit: number, live: boolean) {
  return useQuery({
    queryKey: ['logs', filters, limit],
    queryFn: ({ signal }) =>
      ask(
        'logs',
        { ...filters, minSeverity: filters.minSeverity === 0 ? undefined : filters.minSeverity, limit },
        checkLogs,
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: live ? liveMilliseconds : false,
  });
}

export function useMetrics() {
  return useQuery({
    queryKey: ['metrics'],
    queryFn: ({ signal }) => ask('metrics', {}, checkMetrics, signal),
    refetchInterval: 10_000,
  });
}

/** The last points of one metric; `version` is the time of its newest, so that new points are asked for and others not. */
export function useMetricPoints(name: string, version: string) {
  return useQuery({
    queryKey: ['metric', name, version],
    queryFn: ({ signal }) => ask(`metrics/${encodeURIComponent(name)}`, { limit: 50 }, checkMetricsData, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}

export function useStatus() {
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => ask('status', {}, checkStatus, signal),
    refetchInterval: 5000,
  });
}
