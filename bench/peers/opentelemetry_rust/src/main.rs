//! The work of src/sdk/benchmark_work.h, done with the official Rust SDK. See bench/peers/README.md.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;

use opentelemetry::trace::{Span, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use opentelemetry_sdk::Resource;
use prost::Message;

const BURST: i64 = 512;
const WARM_UP: i64 = 20;

/// Turns spans into a complete OTLP request, as the SDK's own exporters do, and counts them.
#[derive(Debug)]
struct EncodingExporter {
    exported: Arc<AtomicI64>,
    resource: ResourceAttributesWithSchema,
}

impl SpanExporter for EncodingExporter {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        let count = spans.len() as i64;
        let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
        if !(ExportTraceServiceRequest { resource_spans }).encode_to_vec().is_empty() {
            self.exported.fetch_add(count, Ordering::Relaxed);
        }
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

fn seconds(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

fn measure(name: &str, duration: f64, sampler: Sampler, spans_each: i64, work: impl Fn(&SdkTracer)) {
    let exported = Arc::new(AtomicI64::new(0));
    let exporter = EncodingExporter { exported: exported.clone(), resource: Default::default() };
    let provider = SdkTracerProvider::builder().with_sampler(sampler).with_batch_exporter(exporter).build();
    let tracer = provider.tracer("peer");
    let (mut recording, mut start, mut bursts) = (0.0, 0.0, 0);
    while bursts <= WARM_UP || seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - start < duration {
        if bursts == WARM_UP {
            (recording, start) = (0.0, seconds(libc::CLOCK_PROCESS_CPUTIME_ID));
        }
        let before = seconds(libc::CLOCK_THREAD_CPUTIME_ID);
        for _ in 0..BURST {
            work(&tracer);
        }
        recording += seconds(libc::CLOCK_THREAD_CPUTIME_ID) - before;
        provider.force_flush().expect("flushes");
        bursts += 1;
    }
    let total = seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - start;
    let measured = ((bursts - WARM_UP) * BURST) as f64;
    println!(
        "{{\"case\": \"{name}\", \"recording_ns\": {:.1}, \"total_ns\": {:.1}, \"dropped\": {}}}",
        recording / measured * 1e9,
        total / measured * 1e9,
        bursts * BURST * spans_each - exported.load(Ordering::Relaxed)
    );
    provider.shutdown().expect("shuts down");
}

fn start_end_span(tracer: &SdkTracer) {
    tracer.start("operation").end();
}

fn start_set_end_span(tracer: &SdkTracer) {
    let mut span = tracer.start("operation");
    span.set_attribute(KeyValue::new("key", 1));
    span.end();
}

fn llm_span(tracer: &SdkTracer) {
    let span = tracer.span_builder("chat gpt-4o-mini").with_kind(SpanKind::Client).start(tracer);
    let context = Context::current_with_span(span);
    let _current = context.clone().attach();
    let span = context.span();
    span.set_attribute(KeyValue::new("gen_ai.operation.name", "chat"));
    span.set_attribute(KeyValue::new("gen_ai.provider.name", "openai"));
    span.set_attribute(KeyValue::new("gen_ai.request.model", "gpt-4o-mini"));
    span.set_attribute(KeyValue::new("gen_ai.request.temperature", 0.7));
    span.set_attribute(KeyValue::new("gen_ai.usage.input_tokens", 1234));
    span.set_attribute(KeyValue::new("gen_ai.usage.output_tokens", 567));
    span.set_attribute(KeyValue::new("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ"));
    span.add_event("Response received", vec![KeyValue::new("tokens", 1801)]);
    span.set_status(Status::Ok);
    span.end();
}

fn nested_rag(tracer: &SdkTracer) {
    tracer.in_span("rag_pipeline", |_| {
        tracer.in_span("retrieve_documents", |context| {
            context.span().set_attribute(KeyValue::new("doc_count", 5));
        });
        tracer.in_span("generate_response", |context| {
            context.span().set_attribute(KeyValue::new("response_length", 1024));
        });
    });
}

fn main() {
    let duration: f64 = std::env::args().nth(1).expect("seconds").parse().expect("a number");
    measure("StartEndSpan", duration, Sampler::AlwaysOn, 1, start_end_span);
    measure("LlmSpan", duration, Sampler::AlwaysOn, 1, llm_span);
    measure("NestedRag", duration, Sampler::AlwaysOn, 3, nested_rag);
    measure("SampledOut", duration, Sampler::AlwaysOff, 0, start_set_end_span);
}
