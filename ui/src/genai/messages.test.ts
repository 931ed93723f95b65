import { describe, expect, it } from 'vitest';
import type { KeyValue } from '../api/types';
import { fromPlain } from '../attributes/any-value';
import { conversationOf } from './messages';

const input = [
  { role: 'user', parts: [{ type: 'text', content: 'Weather in Paris?' }] },
  {
    role: 'assistant',
    parts: [{ type: 'tool_call', id: 'call_1', name: 'get_weather', arguments: { location: 'Paris' } }],
  },
  { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'rainy, 57°F' }] },
];
const nested = (key: string, value: unknown): KeyValue => ({ key, value: fromPlain(value) });
const inJson = (key: string, value: unknown): KeyValue => ({ key, value: { stringValue: JSON.stringify(value) } });

describe('conversationOf', () => {
  it.each([
    ['nested attributes', nested],
    ['JSON in a string', inJson],
  ])('reads messages from %s', (_, attribute) => {
    const conversation = conversationOf([
      [
        attribute('gen_ai.system_instructions', [{ type: 'text', content: 'Be brief.' }]),
        attribute('gen_ai.input.messages', input),
        attribute('gen_ai.output.messages', [
          { role: 'assistant', finish_reason: 'stop', parts: [{ type: 'text', content: 'Rain.' }] },
        ]),
      ],
    ]);
    expect(conversation?.instructions).toEqual([{ type: 'text', text: 'Be brief.' }]);
    expect(conversation?.input.map((message) => [message.role, message.parts[0]])).toEqual([
      ['user', { type: 'text', text: 'Weather in Paris?' }],
      ['assistant', { type: 'tool call', id: 'call_1', name: 'get_weather', arguments: { location: 'Paris' } }],
      ['tool', { type: 'tool response', id: 'call_1', response: 'rainy, 57°F' }],
    ]);
    expect(conversation?.output[0]).toMatchObject({ role: 'assistant', finishReason: 'stop' });
  });

  it('reads OpenAI’s own shape', () => {
    const conversation = conversationOf([
      [
        inJson('gen_ai.input.messages', [
          { role: 'user', content: 'hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: '{"b":2}' },
        ]),
      ],
    ]);
    expect(conversation?.input.flatMap((message) => message.parts)).toEqual([
      { type: 'text', text: 'hi' },
      { type: 'tool call', id: 'c', name: 'f', arguments: { a: 1 } },
      { type: 'tool response', id: 'c', response: { b: 2 } },
    ]);
  });

  it('shows a string that is no JSON as a message', () => {
    expect(conversationOf([[{ key: 'gen_ai.input.messages', value: { stringValue: '[truncated' } }]])?.input).toEqual([
      { role: 'user', name: '', parts: [{ type: 'text', text: '[truncated' }], finishReason: '' },
    ]);
  });

  it('accepts "result" for a tool’s response, and keeps parts it does not know', () => {
    const parts = [
      { type: 'tool_call_response', result: 4 },
      { type: 'hologram', beam: 1 },
      { type: 'uri', modality: 'image', uri: 'https://example.com/cat.png' },
    ];
    expect(conversationOf([[nested('gen_ai.output.messages', [{ role: 'tool', parts }])]])?.output[0]?.parts).toEqual([
      { type: 'tool response', id: '', response: 4 },
      { type: 'other', name: 'hologram', value: { type: 'hologram', beam: 1 } },
      { type: 'media', modality: 'image', mimeType: '', reference: 'https://example.com/cat.png' },
    ]);
  });

  it('reads a tool’s own span', () => {
    const conversation = conversationOf([
      [
        nested('gen_ai.tool.name', 'add'),
        inJson('gen_ai.tool.call.arguments', { a: 1 }),
        nested('gen_ai.tool.call.result', 3),
      ],
    ]);
    expect(conversation?.input[0]?.parts).toEqual([{ type: 'tool call', id: '', name: 'add', arguments: { a: 1 } }]);
    expect(conversation?.output[0]?.parts).toEqual([{ type: 'tool response', id: '', response: 3 }]);
  });

  it('looks in events when the span’s own attributes hold none', () => {
    expect(conversationOf([[], [nested('gen_ai.input.messages', input)]])?.input).toHaveLength(3);
  });

  it('has none for a span without content', () => {
    expect(conversationOf([[nested('gen_ai.request.model', 'm')], []])).toBeNull();
  });
});
