// What a span does in the terms of an LLM application.

import type { Span } from '../api/types';
import { findNumber } from '../attributes/any-value';
import { offsetFrom } from '../time/timestamp';

export type Operation =
  'model' | 'embeddings' | 'retrieval' | 'tool' | 'agent' | 'server' | 'client' | 'messaging' | 'internal';

const genAiOperations: Record<string, Operation> = {
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  embeddings: 'embeddings',
  retrieval: 'retrieval',
  execute_tool: 'tool',
  create_agent: 'agent',
  invoke_agent: 'agent',
  invoke_workflow: 'agent',
};

export const operationNames: Record<Operation, string> = {
  model: 'Model call',
  embeddings: 'Embeddings',
  retrieval: 'Retrieval',
  tool: 'Tool',
  agent: 'Agent',
  server: 'Server',
  client: 'Client',
  messaging: 'Messaging',
  internal: 'Internal',
};

export function operationOf(span: Span): Operation {
  if (span.genAi !== null) {
    const known = genAiOperations[span.genAi.operation];
    if (known !== undefined) return known;
    if (span.genAi.model !== '') return 'model';
  }
  switch (span.kind) {
    case 'server':
    case 'client':
      return span.kind;
    case 'producer':
    case 'consumer':
      return 'messaging';
    case 'internal':
    case 'unspecified':
      return 'internal';
  }
}

const firstChunkEvents = new Set([
  'gen_ai.first_chunk',
  'gen_ai.first_token',
  'gen_ai.content.first_chunk',
  'first_token',
]);

/** Nanoseconds from the request to the first of a streamed answer, or null where nothing tells. */
export function timeToFirstChunk(span: Span): number | null {
  const seconds = findNumber(span.attributes, 'gen_ai.response.time_to_first_chunk');
  if (seconds !== null) return seconds * 1e9;
  const event = span.events.find(({ name }) => firstChunkEvents.has(name));
  return event === undefined ? null : offsetFrom(BigInt(span.startTimeUnixNano), event.timeUnixNano);
}

/** Output tokens a second, over the time in which they came; null where nothing tells. */
export function outputTokensPerSecond(span: Span): number | null {
  const tokens = span.genAi?.outputTokens ?? 0;
  const seconds = (Number(span.durationNano) - (timeToFirstChunk(span) ?? 0)) / 1e9;
  return tokens > 0 && seconds > 0 ? tokens / seconds : null;
}
