import type { Span } from '../api/types';

/** A span for tests: everything the API promises, with what the test cares about on top. */
export function spanWith(fields: Partial<Span> & { spanId: string }): Span {
  return {
    parentSpanId: '',
    traceState: '',
    name: fields.spanId,
    kind: 'internal',
    startTimeUnixNano: '0',
    durationNano: '10',
    isRunning: false,
    status: { code: 'unset', message: '' },
    service: 'test',
    resource: 0,
    scope: { name: '', version: '' },
    attributes: [],
    events: [],
    links: [],
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
    genAi: null,
    ...fields,
  };
}
