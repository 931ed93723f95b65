// A trace as people paste it: an id of 32 hex digits, dashed or not, a W3C traceparent, or a link to this page.

export interface TraceReference {
  traceId: string;
  spanId: string | null;
}

export function parseTraceReference(text: string): TraceReference | null {
  const trimmed = text.trim().toLowerCase();
  const parent = /\b[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b/.exec(trimmed);
  if (parent?.[1] !== undefined) return { traceId: parent[1], spanId: parent[2] ?? null };
  const link = /\/trace\/([0-9a-f]{32})(?:\?\S*?\bspan=([0-9a-f]{16}))?/.exec(trimmed);
  if (link?.[1] !== undefined) return { traceId: link[1], spanId: link[2] ?? null };
  const bare = trimmed.replace(/^trace[-_ ]?id\s*[:=]\s*/, '').replaceAll('-', '');
  return /^[0-9a-f]{32}$/.test(bare) ? { traceId: bare, spanId: null } : null;
}

export const pathOfTrace = ({ traceId, spanId }: TraceReference): string =>
  `/trace/${traceId}${spanId === null ? '' : `?span=${spanId}`}`;
