// The same conversation, once through our client and once through the official JS client with its public OpenTelemetry
// instrumentation, read back from one server: both must say the same, each in its generation of the convention.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

import { byKey, otlpHttp, read } from './sonde.mjs';

const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'conversation-js' }),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${otlpHttp}/v1/traces` }) })],
});
const instrumentation = new OpenAIInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.setMeterProvider(new MeterProvider()); // it measures in any case, and fails without one
const { OpenAI } = createRequire(import.meta.url)('openai'); // after the instrumentation, which wraps it then

/** A recorded answer of the Responses API, which sonde mock-llm does not speak. */
const recordedResponse = {
  id: 'resp_67ccd2bed1ec8190',
  object: 'response',
  created_at: 1741476542,
  status: 'completed',
  model: 'gpt-4.1-2025-04-14',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [] },
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'A number over time.', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 36,
    input_tokens_details: { cached_tokens: 12 },
    output_tokens: 87,
    output_tokens_details: { reasoning_tokens: 64 },
    total_tokens: 123,
  },
};

let mock, responses, chatUrl, responsesUrl;

before(async () => {
  mock = spawn(process.env.SONDE_BIN, ['mock-llm', '--json', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { value } = await createInterface({ input: mock.stdout })[Symbol.asyncIterator]().next();
  chatUrl = JSON.parse(value).baseUrl;
  responses = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(recordedResponse));
    });
  }).listen(0, '127.0.0.1');
  await once(responses, 'listening');
  responsesUrl = `http://127.0.0.1:${responses.address().port}/v1`;
});

after(() => {
  mock.kill();
  responses.close();
  responses.closeAllConnections();
});

async function converse() {
  const at = (baseURL) => new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
  const client = at(chatUrl);
  const chat = (request) => client.chat.completions.create(request);
  const ask = (content) => [{ role: 'user', content }];
  await chat({
    model: 'plain',
    messages: [{ role: 'system', content: 'Be brief.' }, ...ask('What is a span?')],
    max_completion_tokens: 100,
    temperature: 0.2,
    top_p: 0.9,
    stop: ['END'],
  });

  const messages = ask('What is the weather in Paris?');
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tools = [
    { type: 'function', function: { name: 'get_weather', description: 'The weather of a city', parameters } },
  ];
  const { message } = (await chat({ model: 'with-tool', messages, tools })).choices[0];
  messages.push(message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'rainy' });
  await chat({ model: 'with-tool-result', messages, tools });

  const options = { stream: true, stream_options: { include_usage: true } };
  for await (const _ of await chat({ model: 'streamed', messages: ask('What is a trace?'), ...options }));

  await client.embeddings.create({ model: 'embedded', input: ['one', 'two'] });
  await assert.rejects(chat({ model: 'refused', messages: [] }), { status: 400 });
  await at(responsesUrl).responses.create({ model: 'responses', input: ask('What is a metric?') });
}

/** The GenAI spans of a service by their request's model, which names the step of the conversation. */
async function stepsOf(service) {
  const { traces } = await read(`traces?service=${service}&limit=100`);
  const stored = await Promise.all(traces.map(({ traceId }) => read(`traces/${traceId}`)));
  const steps = {};
  for (const span of stored.flatMap(({ spans }) => spans)) {
    const attributes = byKey(span.attributes);
    const model = attributes['gen_ai.request.model']?.stringValue;
    if (model) steps[model] = meaningOf(span, attributes);
  }
  return steps;
}

const plain = (value) => {
  if (value?.arrayValue) return value.arrayValue.values.map(plain);
  return value && (value.stringValue ?? value.doubleValue ?? value.boolValue ?? Number(value.intValue));
};

/** What a span says, whichever generation of names it uses. */
function meaningOf(span, attributes) {
  const get = (...keys) => plain(attributes[keys.find((key) => key in attributes)]);
  return {
    name: span.name,
    kind: span.kind,
    status: span.status.code,
    failed: 'error.type' in attributes,
    operation: get('gen_ai.operation.name'),
    provider: get('gen_ai.provider.name', 'gen_ai.system'),
    server: `${get('server.address')}:${get('server.port')}`,
    temperature: get('gen_ai.request.temperature'),
    topP: get('gen_ai.request.top_p'),
    maxTokens: get('gen_ai.request.max_tokens'),
    stop: get('gen_ai.request.stop_sequences'),
    answered: typeof get('gen_ai.response.id'),
    responseModel: get('gen_ai.response.model'),
    finishReasons: get('gen_ai.response.finish_reasons')?.map((reason) => reason.replace('tool_calls', 'tool_call')),
    inputTokens: get('gen_ai.usage.input_tokens'),
    outputTokens: get('gen_ai.usage.output_tokens'),
  };
}

test('a conversation through our client and through the official one means the same', async () => {
  const environment = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp };
  await promisify(execFile)(process.env.INTEROP_CONVERSATION, [chatUrl, responsesUrl], { env: environment });
  await converse();
  await provider.forceFlush();

  const [ours, theirs] = await Promise.all([stepsOf('conversation-sonde'), stepsOf('conversation-js')]);
  const steps = ['plain', 'with-tool', 'with-tool-result', 'streamed', 'embedded', 'refused', 'responses'];
  assert.deepEqual(Object.keys(ours).sort(), [...steps].sort());
  assert.deepEqual(Object.keys(theirs).sort(), [...steps].sort());
  for (const step of steps) {
    const rows = Object.keys(ours[step]).filter((key) => ours[step][key] !== undefined || theirs[step][key] !== undefined);
    console.log(`\n${step}`);
    for (const key of rows) {
      console.log(`  ${key.padEnd(14)} ${String(ours[step][key]).padEnd(28)} ${theirs[step][key]}`);
    }
  }
  assert.deepEqual(ours, theirs);
});
