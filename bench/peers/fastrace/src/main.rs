//! The work of src/sdk/benchmark_work.h, as far as fastrace can: its values are strings, it has no status, and it hands
//! records over, not bytes. See bench/peers/README.md.

use std::sync::atomic::{AtomicI64, Ordering};

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::*;

const BURST: i64 = 512;
const WARM_UP: i64 = 20;

static REPORTED: AtomicI64 = AtomicI64::new(0);

struct CountingReporter;

impl Reporter for CountingReporter {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        REPORTED.fetch_add(spans.len() as i64, Ordering::Relaxed);
    }
}

fn seconds(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

fn measure(name: &str, duration: f64, spans_each: i64, work: impl Fn()) {
    REPORTED.store(0, Ordering::Relaxed);
    let (mut recording, mut start, mut bursts) = (0.0, 0.0, 0);
    while bursts <= WARM_UP || seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - start < duration {
        if bursts == WARM_UP {
            (recording, start) = (0.0, seconds(libc::CLOCK_PROCESS_CPUTIME_ID));
        }
        let before = seconds(libc::CLOCK_THREAD_CPUTIME_ID);
        for _ in 0..BURST {
            work();
        }
        recording += seconds(libc::CLOCK_THREAD_CPUTIME_ID) - before;
        fastrace::flush();
        bursts += 1;
    }
    let total = seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - start;
    let measured = ((bursts - WARM_UP) * BURST) as f64;
    println!(
        "{{\"case\": \"{name}\", \"recording_ns\": {:.1}, \"total_ns\": {:.1}, \"dropped\": {}}}",
        recording / measured * 1e9,
        total / measured * 1e9,
        bursts * BURST * spans_each - REPORTED.load(Ordering::Relaxed)
    );
}

fn start_end_span() {
    drop(Span::root("operation", SpanContext::random()));
}

fn sampled_out() {
    let span = Span::root("operation", SpanContext::random().sampled(false));
    span.add_property(|| ("key", "1"));
}

fn llm_span() {
    let span = Span::root("chat gpt-4o-mini", SpanContext::random());
    let _current = span.set_local_parent();
    span.add_property(|| ("span.kind", "client"));
    span.add_property(|| ("gen_ai.operation.name", "chat"));
    span.add_property(|| ("gen_ai.provider.name", "openai"));
    span.add_property(|| ("gen_ai.request.model", "gpt-4o-mini"));
    span.add_property(|| ("gen_ai.request.temperature", "0.7"));
    span.add_property(|| ("gen_ai.usage.input_tokens", "1234"));
    span.add_property(|| ("gen_ai.usage.output_tokens", "567"));
    span.add_property(|| ("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ"));
    span.add_event(Event::new("Response received").with_property(|| ("tokens", "1801")));
}

fn nested_rag() {
    let pipeline = Span::root("rag_pipeline", SpanContext::random());
    let _current = pipeline.set_local_parent();
    {
        let _retrieval =
            LocalSpan::enter_with_local_parent("retrieve_documents").with_property(|| ("doc_count", "5"));
    }
    let _generation =
        LocalSpan::enter_with_local_parent("generate_response").with_property(|| ("response_length", "1024"));
}

fn main() {
    let duration: f64 = std::env::args().nth(1).expect("seconds").parse().expect("a number");
    fastrace::set_reporter(CountingReporter, Config::default());
    measure("StartEndSpan", duration, 1, start_end_span);
    measure("LlmSpan", duration, 1, llm_span);
    measure("NestedRag", duration, 3, nested_rag);
    measure("SampledOut", duration, 0, sampled_out);
}
