"""The work of src/sdk/benchmark_work.h, done with the official Python SDK. See bench/peers/README.md."""

import json
import sys
import time

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, sampling
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode

BURST = 512
WARM_UP = 4


class EncodingExporter(SpanExporter):
    """Turns spans into a complete OTLP request, as the SDK's own exporters do, and counts them."""

    def __init__(self):
        self.exported = 0

    def export(self, spans):
        if encode_spans(spans).SerializeToString():
            self.exported += len(spans)
        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass


def measure(name, duration, sampler, spans_each, work):
    exporter = EncodingExporter()
    provider = TracerProvider(sampler=sampler, resource=Resource.create({}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("peer", "1.0")
    burst = count = 0
    recording = start = 0.0
    while burst <= WARM_UP or time.process_time() - start < duration:
        if burst == WARM_UP:
            recording, start = 0.0, time.process_time()
        before = time.thread_time()
        for _ in range(BURST):
            work(tracer)
        recording += time.thread_time() - before
        provider.force_flush()
        burst += 1
        count += BURST
    total = time.process_time() - start
    measured = count - WARM_UP * BURST
    dropped = count * spans_each - exporter.exported
    print(json.dumps({"case": name, "recording_ns": round(recording / measured * 1e9, 1),
                      "total_ns": round(total / measured * 1e9, 1), "dropped": dropped}), flush=True)
    provider.shutdown()


def start_end_span(tracer):
    tracer.start_span("operation").end()


def start_set_end_span(tracer):
    span = tracer.start_span("operation")
    span.set_attribute("key", 1)
    span.end()


def llm_span(tracer):
    with tracer.start_as_current_span("chat gpt-4o-mini", kind=SpanKind.CLIENT) as span:
        span.set_attribute("gen_ai.operation.name", "chat")
        span.set_attribute("gen_ai.provider.name", "openai")
        span.set_attribute("gen_ai.request.model", "gpt-4o-mini")
        span.set_attribute("gen_ai.request.temperature", 0.7)
        span.set_attribute("gen_ai.usage.input_tokens", 1234)
        span.set_attribute("gen_ai.usage.output_tokens", 567)
        span.set_attribute("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ")
        span.add_event("Response received", {"tokens": 1801})
        span.set_status(Status(StatusCode.OK))


def nested_rag(tracer):
    with tracer.start_as_current_span("rag_pipeline"):
        with tracer.start_as_current_span("retrieve_documents") as retrieval:
            retrieval.set_attribute("doc_count", 5)
        with tracer.start_as_current_span("generate_response") as generation:
            generation.set_attribute("response_length", 1024)


def main():
    duration = float(sys.argv[1])
    measure("StartEndSpan", duration, sampling.ALWAYS_ON, 1, start_end_span)
    measure("LlmSpan", duration, sampling.ALWAYS_ON, 1, llm_span)
    measure("NestedRag", duration, sampling.ALWAYS_ON, 3, nested_rag)
    measure("SampledOut", duration, sampling.ALWAYS_OFF, 0, start_set_end_span)


main()
