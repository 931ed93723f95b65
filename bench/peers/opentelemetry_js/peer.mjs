// The work of src/sdk/benchmark_work.h, done with the official JS SDK. See bench/peers/README.md. All of it runs on one
// thread, but for the garbage collector's, whose time counts in both figures.

import { createRequire } from "node:module";

// The packages stand where `run` has put them.
const require = createRequire(`${process.argv[3]}/`);
const { context, SpanKind, SpanStatusCode } = require("@opentelemetry/api");
const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");
const { ProtobufTraceSerializer } = require("@opentelemetry/otlp-transformer");
const { AlwaysOffSampler, AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } =
  require("@opentelemetry/sdk-trace-base");

const burst = 512;
const warmUp = 20;

/** Turns spans into a complete OTLP request, as the SDK's own exporters do, and counts them. */
class EncodingExporter {
  exported = 0;
  export(spans, done) {
    if (ProtobufTraceSerializer.serializeRequest(spans).length > 0) this.exported += spans.length;
    done({ code: 0 });
  }
  async forceFlush() {}
  async shutdown() {}
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function measure(name, duration, sampler, spansEach, work) {
  const exporter = new EncodingExporter();
  const provider = new BasicTracerProvider({ sampler, spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer("peer", "1.0");
  let [recording, start, count] = [0, 0, 0];
  for (let b = 0; b <= warmUp || cpuSeconds() - start < duration; ++b) {
    if (b === warmUp) [recording, start] = [0, cpuSeconds()];
    const before = cpuSeconds();
    for (let i = 0; i < burst; ++i) work(tracer);
    recording += cpuSeconds() - before;
    await provider.forceFlush();
    count += burst;
  }
  const total = cpuSeconds() - start;
  const measured = count - warmUp * burst;
  const nanoseconds = (seconds) => Math.round((seconds / measured) * 1e10) / 10;
  console.log(JSON.stringify({
    case: name, recording_ns: nanoseconds(recording), total_ns: nanoseconds(total),
    dropped: count * spansEach - exporter.exported,
  }));
  await provider.shutdown();
}

function startEndSpan(tracer) {
  tracer.startSpan("operation").end();
}

function startSetEndSpan(tracer) {
  const span = tracer.startSpan("operation");
  span.setAttribute("key", 1);
  span.end();
}

function llmSpan(tracer) {
  tracer.startActiveSpan("chat gpt-4o-mini", { kind: SpanKind.CLIENT }, (span) => {
    span.setAttribute("gen_ai.operation.name", "chat");
    span.setAttribute("gen_ai.provider.name", "openai");
    span.setAttribute("gen_ai.request.model", "gpt-4o-mini");
    span.setAttribute("gen_ai.request.temperature", 0.7);
    span.setAttribute("gen_ai.usage.input_tokens", 1234);
    span.setAttribute("gen_ai.usage.output_tokens", 567);
    span.setAttribute("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ");
    span.addEvent("Response received", { tokens: 1801 });
    span.setStatus({ code: SpanStatusCode.OK });
    span.end();
  });
}

function nestedRag(tracer) {
  tracer.startActiveSpan("rag_pipeline", (pipeline) => {
    tracer.startActiveSpan("retrieve_documents", (retrieval) => {
      retrieval.setAttribute("doc_count", 5);
      retrieval.end();
    });
    tracer.startActiveSpan("generate_response", (generation) => {
      generation.setAttribute("response_length", 1024);
      generation.end();
    });
    pipeline.end();
  });
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const duration = Number(process.argv[2]);
await measure("StartEndSpan", duration, new AlwaysOnSampler(), 1, startEndSpan);
await measure("LlmSpan", duration, new AlwaysOnSampler(), 1, llmSpan);
await measure("NestedRag", duration, new AlwaysOnSampler(), 3, nestedRag);
await measure("SampledOut", duration, new AlwaysOffSampler(), 0, startSetEndSpan);
