// The conversation that a span of a model call carries: system instructions, input and output messages. The values
// are nested attributes or JSON in a string; both stand in the conventions. What is not as the conventions say is
// shown as well as it can be rather than dropped: OpenAI's own shape ({role, content, tool_calls}) is common.
//
// Source: semantic-conventions-genai, gen-ai-input-messages.json and its siblings.

import type { AnyValue, KeyValue } from '../api/types';
import { find, toPlain } from '../attributes/any-value';

export type Part =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'tool call'; id: string; name: string; arguments: unknown }
  | { type: 'tool response'; id: string; response: unknown }
  | { type: 'media'; modality: string; mimeType: string; reference: string }
  | { type: 'other'; name: string; value: unknown };

export interface Message {
  role: string;
  name: string;
  parts: Part[];
  finishReason: string;
}

export interface Conversation {
  instructions: Part[];
  input: Message[];
  output: Message[];
  /** What the model was told it can call. */
  tools: { name: string; description: string; definition: unknown }[];
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A string that holds JSON as what it holds; everything else as it is. */
export function unwrap(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[[{]/.test(value) ? parseJson(value) : value;
}

function listOf(value: AnyValue | undefined): unknown[] {
  if (value === undefined) return [];
  const plain = unwrap(toPlain(value));
  if (plain === null) return [];
  return Array.isArray(plain) ? plain : [plain];
}

function mediaOf(part: Fields): Part {
  const content = textOf(part.content);
  const uri = textOf(part.uri);
  const file = textOf(part.file_id);
  const reference =
    uri !== '' ? uri : file !== '' ? file : `${content.length.toLocaleString('en')} characters of base64`;
  return { type: 'media', modality: textOf(part.modality) || 'file', mimeType: textOf(part.mime_type), reference };
}

function partOf(value: unknown): Part {
  if (typeof value === 'string') return { type: 'text', text: value };
  if (!isFields(value)) return { type: 'other', name: typeof value, value };
  const kind = textOf(value.type);
  const id = textOf(value.id);
  switch (kind) {
    case 'text':
      return { type: 'text', text: textOf(value.content ?? value.text) };
    case 'reasoning':
    case 'thinking':
      return { type: 'reasoning', text: textOf(value.content ?? value.thinking) };
    case 'tool_call':
    case 'server_tool_call':
      return {
        type: 'tool call',
        id,
        name: textOf(value.name),
        arguments: unwrap(value.arguments ?? value[kind] ?? null),
      };
    case 'tool_call_response':
    case 'server_tool_call_response':
      // The schema says "response"; the conventions' own examples say "result".
      return { type: 'tool response', id, response: unwrap(value.response ?? value.result ?? value[kind] ?? null) };
    case 'blob':
    case 'file':
    case 'uri':
      return mediaOf(value);
    default:
      return { type: 'other', name: kind === '' ? 'part' : kind, value };
  }
}

function openAiToolCall(value: unknown): Part {
  const call = isFields(value) ? value : {};
  const called = isFields(call.function) ? call.function : call;
  return {
    type: 'tool call',
    id: textOf(call.id),
    name: textOf(called.name),
    arguments: unwrap(called.arguments ?? null),
  };
}

function partsOf(message: Fields): Part[] {
  if (Array.isArray(message.parts)) return message.parts.map(partOf);
  const content = message.content;
  const toolCallId = textOf(message.tool_call_id);
  const parts: Part[] = [];
  if (toolCallId !== '') parts.push({ type: 'tool response', id: toolCallId, response: unwrap(content) });
  else if (Array.isArray(content)) parts.push(...content.map(partOf));
  else if (typeof content === 'string' && content !== '') parts.push({ type: 'text', text: content });
  if (Array.isArray(message.tool_calls)) parts.push(...message.tool_calls.map(openAiToolCall));
  return parts;
}

function messageOf(value: unknown, role: string): Message {
  if (!isFields(value)) return { role, name: '', parts: [partOf(value)], finishReason: '' };
  return {
    role: textOf(value.role) || role,
    name: textOf(value.name),
    parts: partsOf(value),
    finishReason: textOf(value.finish_reason),
  };
}

function toolOf(value: unknown): Conversation['tools'][number] {
  const fields = isFields(value) ? value : {};
  const inner = isFields(fields.function) ? fields.function : fields;
  return { name: textOf(inner.name) || 'tool', description: textOf(inner.description), definition: value };
}

function messagesIn(attributes: KeyValue[]): Conversation {
  return {
    instructions: listOf(find(attributes, 'gen_ai.system_instructions')).map(partOf),
    input: listOf(find(attributes, 'gen_ai.input.messages')).map((value) => messageOf(value, 'user')),
    output: listOf(find(attributes, 'gen_ai.output.messages')).map((value) => messageOf(value, 'assistant')),
    tools: listOf(find(attributes, 'gen_ai.tool.definitions')).map(toolOf),
  };
}

/** A tool's own span: what it was called with and what it answered. */
function toolExchangeIn(attributes: KeyValue[]): Conversation | null {
  const given = find(attributes, 'gen_ai.tool.call.arguments');
  const result = find(attributes, 'gen_ai.tool.call.result');
  if (given === undefined && result === undefined) return null;
  const id = textOf(toPlain(find(attributes, 'gen_ai.tool.call.id')));
  const name = textOf(toPlain(find(attributes, 'gen_ai.tool.name')));
  const call: Part = { type: 'tool call', id, name, arguments: unwrap(toPlain(given)) };
  const response: Part = { type: 'tool response', id, response: unwrap(toPlain(result)) };
  return {
    instructions: [],
    input: given === undefined ? [] : [{ role: 'assistant', name: '', parts: [call], finishReason: '' }],
    output: result === undefined ? [] : [{ role: 'tool', name: '', parts: [response], finishReason: '' }],
    tools: [],
  };
}

const isEmpty = ({ instructions, input, output }: Conversation): boolean =>
  instructions.length + input.length + output.length === 0;

/**
 * The conversation in the first of `sources` that holds one, or null. The sources of a span are its attributes,
 * then those of its events and of its log records, where some instrumentations put the content.
 */
export function conversationOf(sources: KeyValue[][]): Conversation | null {
  for (const attributes of sources) {
    const found = messagesIn(attributes);
    if (!isEmpty(found)) return found;
    const exchange = toolExchangeIn(attributes);
    if (exchange !== null) return exchange;
  }
  return null;
}
