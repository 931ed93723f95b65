import { describe, expect, it } from 'vitest';
import { parseTraceReference, pathOfTrace } from './trace-reference';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('parseTraceReference', () => {
  it.each([
    [traceId, null],
    [` ${traceId.toUpperCase()}\n`, null],
    ['4bf92f35-77b3-4da6-a3ce-929d0e0e4736', null],
    [`trace_id=${traceId}`, null],
    [`00-${traceId}-${spanId}-01`, spanId],
    [`traceparent: 00-${traceId}-${spanId}-01`, spanId],
    [`http://localhost:16686/trace/${traceId}?tab=events&span=${spanId}`, spanId],
    [`http://localhost:16686/trace/${traceId}`, null],
  ])('finds the trace in %s', (text, span) => {
    expect(parseTraceReference(text)).toEqual({ traceId, spanId: span });
  });

  it.each(['', 'rag_pipeline', traceId.slice(1), `${traceId}0`])('finds none in "%s"', (text) => {
    expect(parseTraceReference(text)).toBeNull();
  });

  it('leads to the trace’s page', () => {
    expect(pathOfTrace({ traceId, spanId })).toBe(`/trace/${traceId}?span=${spanId}`);
  });
});
