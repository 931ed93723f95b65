// Sample telemetry as OTLP/JSON: what an LLM application really sends, and the shapes that strain a page.

import { anyValue, attributes, hex, milliseconds, pick, random, TraceBuilder } from './trace-builder.mjs';

const system =
  'You answer questions about Sonde from the documents given. Quote the file each statement stands in. Say so when the documents do not hold the answer.';
const question = 'How does Sonde make sure that an acknowledged span is never lost?';
const answerText = `A receiver answers success only after the batch is durable: it is committed to the embedded store first, and acknowledged then (ARCHITECTURE.md, "Durable before acknowledged").

Three things follow from that:
1. A crash between commit and answer makes the client send again, so the store must tolerate duplicates.
2. Every refusal has a counter and a reason, shown on the status page.
3. Group commits of 2,048 rows keep the price at about 10 ms a commit.`;

const chatValues = (model, input, output, more = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': model.startsWith('claude') ? 'anthropic' : 'openai',
  'gen_ai.request.model': model,
  'gen_ai.response.model': model,
  'gen_ai.request.temperature': 0.2,
  'gen_ai.request.max_tokens': 1024,
  'gen_ai.response.id': `chatcmpl-${hex(12)}`,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
  'server.address': 'api.example.com',
  'server.port': 443,
  ...more,
});

export function ragTrace(start, { failing = false, model = 'gpt-4o-mini' } = {}) {
  const trace = new TraceBuilder(start);
  const search = 18 + random() * 60;
  const think = 700 + random() * 2400;
  const end = 40 + search + think + 22;
  const root = trace.span('docs-assistant', 'rag_pipeline', 0, end, {
    kind: 2,
    values: { 'user.id': 'u-4711', 'session.id': 'support-2291', question },
  });
  const retrieve = trace.span('docs-assistant', 'retrieve_documents', 6, 30 + search, {
    parent: root,
    values: {
      'gen_ai.operation.name': 'retrieval',
      doc_count: 4,
      'retrieval.top_k': 8,
      'retrieval.scores': [11.42, 9.87, 9.1, 7.25],
    },
  });
  trace.span('docs-assistant', 'embeddings text-embedding-3-small', 8, 8 + search * 0.4, {
    parent: retrieve,
    kind: 3,
    values: {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'text-embedding-3-small',
      'gen_ai.usage.input_tokens': 14,
    },
  });
  trace.span('vector-store', 'search documents', 10 + search * 0.4, 28 + search, {
    parent: retrieve,
    kind: 2,
    values: {
      'db.system.name': 'duckdb',
      'db.operation.name': 'SELECT',
      'db.query.text': 'SELECT path, text, bm25(text, ?) AS score\nFROM documents\nORDER BY score DESC\nLIMIT 8',
    },
  });
  const generate = trace.span('docs-assistant', 'generate_response', 34 + search, end - 12, {
    parent: root,
    values: { response_length: answerText.length, 'prompt.template': 'answer-from-documents/v3' },
  });
  const messages = {
    'gen_ai.system_instructions': [{ type: 'text', content: system }],
    'gen_ai.input.messages': [
      {
        role: 'user',
        parts: [{ type: 'text', content: `${question}\n\nDocuments:\n[1] ARCHITECTURE.md …\n[2] docs/api.md …` }],
      },
    ],
  };
  const chatStart = 38 + search;
  if (failing) {
    trace.span('docs-assistant', `chat ${model}`, chatStart, end - 14, {
      parent: generate,
      kind: 3,
      error: 'upstream answered 429: rate limit reached for requests',
      values: chatValues(model, 0, 0, {
        ...messages,
        'error.type': 'RateLimitError',
        'http.response.status_code': 429,
      }),
      events: [
        [chatStart + 4, 'gen_ai.request.sent'],
        [
          end - 15,
          'exception',
          {
            'exception.type': 'openai::RateLimitError',
            'exception.message': 'upstream answered 429: rate limit reached for requests',
            'exception.stacktrace':
              'openai::RateLimitError: upstream answered 429\n  at openai::Client::chat(ChatRequest const&) client.cc:214\n  at rag::Generator::answer(Documents const&) generator.cc:88\n  at rag::Pipeline::run(std::string_view) pipeline.cc:41\n  at main rag_pipeline.cc:129',
          },
        ],
      ],
    });
  } else {
    trace.span('docs-assistant', `chat ${model}`, chatStart, end - 14, {
      parent: generate,
      kind: 3,
      values: chatValues(model, 1486 + Math.floor(random() * 900), 120 + Math.floor(random() * 300), {
        ...messages,
        'gen_ai.output.messages': [
          { role: 'assistant', finish_reason: 'stop', parts: [{ type: 'text', content: answerText }] },
        ],
        'gen_ai.response.time_to_first_chunk': 0.382,
      }),
      events: [
        [chatStart + 5, 'gen_ai.request.sent'],
        [chatStart + think * 0.25, 'gen_ai.first_chunk', { 'chunk.index': 0 }],
      ],
    });
  }
  return trace;
}

export function agentTrace(start) {
  const trace = new TraceBuilder(start);
  const model = 'claude-sonnet-5';
  const root = trace.span('travel-agent', 'POST /trips', 0, 14280, {
    kind: 2,
    values: { 'http.request.method': 'POST', 'http.route': '/trips', 'http.response.status_code': 200 },
  });
  const agent = trace.span('travel-agent', 'invoke_agent trip-planner', 12, 14260, {
    parent: root,
    values: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'trip-planner',
      'gen_ai.provider.name': 'anthropic',
    },
  });
  const messages = [
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'Two days in Lisbon in May, by train where possible. What is the weather like?' },
      ],
    },
  ];
  const tools = [
    {
      type: 'function',
      name: 'get_weather',
      description: 'Current weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
    { type: 'function', name: 'find_trains', description: 'Connections between two stations' },
  ];
  let at = 30;
  let input = 820;
  const calls = [
    ['get_weather', { city: 'Lisbon', unit: 'celsius' }, { temperature: 21, sky: 'clear', wind_kmh: 14 }],
    [
      'find_trains',
      { from: 'Porto', to: 'Lisbon', date: '2026-05-14' },
      { connections: [{ train: 'AP 121', departs: '09:38', arrives: '12:53', price_eur: 34.5 }] },
    ],
    ['book_hotel', { city: 'Lisbon', nights: 2 }, null],
  ];
  for (const [index, [tool, argumentsOfCall, result]] of calls.entries()) {
    const callId = `call_${index + 1}`;
    const output = {
      role: 'assistant',
      finish_reason: 'tool_call',
      parts: [
        {
          type: 'reasoning',
          content: `The user wants ${tool.replace('_', ' ')}; I should look it up before answering.`,
        },
        { type: 'tool_call', id: callId, name: tool, arguments: argumentsOfCall },
      ],
    };
    trace.span('travel-agent', `chat ${model}`, at, at + 2100, {
      parent: agent,
      kind: 3,
      values: chatValues(model, input, 96 + index * 20, {
        'gen_ai.input.messages': JSON.stringify(messages),
        'gen_ai.output.messages': JSON.stringify([output]),
        'gen_ai.tool.definitions': JSON.stringify(tools),
        'gen_ai.response.finish_reasons': ['tool_call'],
        'gen_ai.usage.cache_read.input_tokens': 512,
      }),
      events: [[at + 340, 'gen_ai.first_chunk']],
    });
    at += 2140;
    const failed = result === null;
    const toolSpan = trace.span('travel-agent', `execute_tool ${tool}`, at, at + 900, {
      parent: agent,
      error: failed ? 'the booking service refused: no rooms' : undefined,
      values: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': tool,
        'gen_ai.tool.call.id': callId,
        'gen_ai.tool.call.arguments': argumentsOfCall,
        ...(failed ? { 'error.type': 'NoRooms' } : { 'gen_ai.tool.call.result': result }),
      },
    });
    const server = trace.span(failed ? 'booking' : 'inventory', `GET /${tool}`, at + 60, at + 860, {
      parent: toolSpan,
      kind: 2,
      error: failed ? '409 Conflict' : undefined,
      values: { 'http.request.method': 'GET', 'http.response.status_code': failed ? 409 : 200 },
    });
    for (let query = 0; query < 3; query += 1)
      trace.span('inventory-db', 'SELECT offers', at + 100 + query * 220, at + 290 + query * 220, {
        parent: server,
        kind: 3,
        values: {
          'db.system.name': 'postgresql',
          'db.query.text': 'SELECT * FROM offers WHERE city = $1 AND day = $2',
        },
      });
    messages.push(output, {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: callId, response: result ?? { error: 'no rooms' } }],
    });
    at += 940;
    input += 640;
  }
  trace.span('travel-agent', `chat ${model}`, at, 14200, {
    parent: agent,
    kind: 3,
    values: chatValues(model, input, 512, {
      'gen_ai.input.messages': JSON.stringify(messages),
      'gen_ai.output.messages': JSON.stringify([
        {
          role: 'assistant',
          finish_reason: 'stop',
          parts: [
            {
              type: 'text',
              content:
                'Lisbon will be clear at 21 °C. Take the AP 121 from Porto at 09:38, arriving 12:53 (34.50 €). I could not book the hotel: it has no rooms for those two nights.',
            },
          ],
        },
      ]),
    }),
    events: [[at + 420, 'gen_ai.first_chunk']],
    links: [{ traceId: hex(32), spanId: hex(16), attributes: attributes({ 'link.kind': 'follows_from' }) }],
  });
  return trace;
}

/** A trace of `count` spans, as deep and as wide as an agent that ran all night leaves behind. */
export function hugeTrace(start, count) {
  const trace = new TraceBuilder(start, 'feed0000000000000000000000030000');
  const root = trace.span('night-agent', 'run evaluation suite', 0, count * 4, { values: { suite: 'nightly' } });
  const services = ['night-agent', 'retriever', 'tool-server', 'vector-store'];
  let open = [root];
  for (let index = 1; index < count; index += 1) {
    const parent = random() < 0.25 ? root : pick(open);
    const from = index * 4 + random() * 3;
    const chat = index % 9 === 0;
    const span = trace.span(
      chat ? 'night-agent' : pick(services),
      chat
        ? 'chat gpt-4o-mini'
        : pick(['case', 'retrieve_documents', 'execute_tool search', 'SELECT chunks', 'rerank']),
      from,
      from + 2 + random() * 400,
      {
        parent,
        kind: chat ? 3 : 1,
        error: index % 701 === 0 ? 'assertion failed: answer does not quote a source' : undefined,
        values: chat
          ? chatValues('gpt-4o-mini', 400 + (index % 800), 30 + (index % 90))
          : { 'case.id': index, 'case.name': `case ${index}` },
      },
    );
    open.push(span);
    if (open.length > 60) open = open.slice(-40);
  }
  return trace;
}

const logsOf = (trace, spanId) => ({
  resourceLogs: [
    {
      resource: { attributes: attributes({ 'service.name': 'docs-assistant' }) },
      scopeLogs: [
        {
          logRecords: [
            [9, 'question received', {}],
            [5, 'BM25 index loaded: 42 documents, 1,804 terms', { 'index.bytes': 182044 }],
            [13, 'two documents are older than their source', { documents: ['docs/api.md', 'README.md'] }],
            [9, { message: 'answer sent', characters: 612, cached: false }, {}],
          ].map(([severityNumber, body, values], index) => ({
            timeUnixNano: trace.time(5 + index * 180),
            observedTimeUnixNano: trace.time(6 + index * 180),
            severityNumber,
            body: anyValue(body),
            traceId: trace.traceId,
            spanId,
            attributes: attributes(values),
          })),
        },
      ],
    },
  ],
});

export const metricsAt = (now) => {
  const time = String(milliseconds(now));
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': 'docs-assistant' }) },
        scopeMetrics: [
          {
            scope: { name: 'docs-assistant/pipeline' },
            metrics: [
              {
                name: 'gen_ai.client.inference.usage.input_tokens',
                description: 'Input tokens used',
                unit: '{token}',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [
                    ['gpt-4o-mini', 48213],
                    ['claude-sonnet-5', 9120],
                  ].map(([model, value]) => ({
                    asInt: String(value),
                    timeUnixNano: time,
                    attributes: attributes({ 'gen_ai.request.model': model }),
                  })),
                },
              },
              {
                name: 'gen_ai.client.inference.duration',
                description: 'How long model calls take',
                unit: 's',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      count: '41',
                      sum: 63.2,
                      min: 0.41,
                      max: 4.8,
                      bucketCounts: ['3', '18', '16', '4'],
                      explicitBounds: [0.5, 1, 2.5],
                      timeUnixNano: time,
                      attributes: attributes({ 'gen_ai.request.model': 'gpt-4o-mini' }),
                    },
                  ],
                },
              },
              {
                name: 'process.memory.usage',
                description: 'Resident memory',
                unit: 'By',
                gauge: { dataPoints: [{ asInt: '58327040', timeUnixNano: time, attributes: [] }] },
              },
            ],
          },
        ],
      },
    ],
  };
};

export function fillWithSamples(store, now = Date.now()) {
  let start = now - 4000;
  for (let index = 0; index < 140; index += 1) {
    const trace =
      index === 2 || index % 17 === 16
        ? agentTrace(start)
        : ragTrace(start, {
            failing: index % 11 === 4,
            model: pick(['gpt-4o-mini', 'gpt-4o-mini', 'gpt-4o', 'qwen3-8b-instruct']),
          });
    store.addTraces(trace.request());
    if (index < 12 && trace.byService.has('docs-assistant'))
      store.addLogs(logsOf(trace, trace.byService.get('docs-assistant')[0].spanId));
    start -= 1000 + random() * 40000 * (1 + index / 6);
  }
  store.addTraces(hugeTrace(now - 86400000, 30000).request());
  store.addMetrics(metricsAt(now));
}
