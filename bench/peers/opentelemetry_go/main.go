// The work of src/sdk/benchmark_work.h, done with the official Go SDK. See bench/peers/README.md.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"
)

const (
	burst  = 512
	warmUp = 20
)

// encodingClient turns spans into a complete OTLP request, as the SDK's own exporters do, and counts them.
type encodingClient struct{ exported atomic.Int64 }

func (c *encodingClient) Start(context.Context) error { return nil }
func (c *encodingClient) Stop(context.Context) error  { return nil }
func (c *encodingClient) UploadTraces(_ context.Context, spans []*otlp.ResourceSpans) error {
	bytes, err := proto.Marshal(&collector.ExportTraceServiceRequest{ResourceSpans: spans})
	if err != nil || len(bytes) == 0 {
		return err
	}
	for _, resource := range spans {
		for _, scope := range resource.ScopeSpans {
			c.exported.Add(int64(len(scope.Spans)))
		}
	}
	return nil
}

func seconds(clock int32) float64 {
	var time unix.Timespec
	if err := unix.ClockGettime(clock, &time); err != nil {
		panic(err)
	}
	return float64(time.Sec) + 1e-9*float64(time.Nsec)
}

func measure(name string, duration float64, sampler sdk.Sampler, spansEach int64, work func(context.Context, trace.Tracer)) {
	ctx := context.Background()
	client := &encodingClient{}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		panic(err)
	}
	provider := sdk.NewTracerProvider(sdk.WithSampler(sampler), sdk.WithBatcher(exporter))
	tracer := provider.Tracer("peer", trace.WithInstrumentationVersion("1.0"))
	var recording, start float64
	var count int64
	for b := 0; b <= warmUp || seconds(unix.CLOCK_PROCESS_CPUTIME_ID)-start < duration; b++ {
		if b == warmUp {
			recording, start = 0, seconds(unix.CLOCK_PROCESS_CPUTIME_ID)
		}
		before := seconds(unix.CLOCK_THREAD_CPUTIME_ID)
		for range burst {
			work(ctx, tracer)
		}
		recording += seconds(unix.CLOCK_THREAD_CPUTIME_ID) - before
		if err := provider.ForceFlush(ctx); err != nil {
			panic(err)
		}
		count += burst
	}
	total := seconds(unix.CLOCK_PROCESS_CPUTIME_ID) - start
	measured := float64(count - warmUp*burst)
	fmt.Printf("{\"case\": %q, \"recording_ns\": %.1f, \"total_ns\": %.1f, \"dropped\": %d}\n", name,
		recording/measured*1e9, total/measured*1e9, count*spansEach-client.exported.Load())
	if err := provider.Shutdown(ctx); err != nil {
		panic(err)
	}
}

func startEndSpan(ctx context.Context, tracer trace.Tracer) {
	_, span := tracer.Start(ctx, "operation")
	span.End()
}

func startSetEndSpan(ctx context.Context, tracer trace.Tracer) {
	_, span := tracer.Start(ctx, "operation")
	span.SetAttributes(attribute.Int("key", 1))
	span.End()
}

func llmSpan(ctx context.Context, tracer trace.Tracer) {
	_, span := tracer.Start(ctx, "chat gpt-4o-mini", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	span.SetAttributes(attribute.String("gen_ai.operation.name", "chat"))
	span.SetAttributes(attribute.String("gen_ai.provider.name", "openai"))
	span.SetAttributes(attribute.String("gen_ai.request.model", "gpt-4o-mini"))
	span.SetAttributes(attribute.Float64("gen_ai.request.temperature", 0.7))
	span.SetAttributes(attribute.Int("gen_ai.usage.input_tokens", 1234))
	span.SetAttributes(attribute.Int("gen_ai.usage.output_tokens", 567))
	span.SetAttributes(attribute.String("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ"))
	span.AddEvent("Response received", trace.WithAttributes(attribute.Int("tokens", 1801)))
	span.SetStatus(codes.Ok, "")
}

func nestedRag(ctx context.Context, tracer trace.Tracer) {
	ctx, pipeline := tracer.Start(ctx, "rag_pipeline")
	_, retrieval := tracer.Start(ctx, "retrieve_documents")
	retrieval.SetAttributes(attribute.Int("doc_count", 5))
	retrieval.End()
	_, generation := tracer.Start(ctx, "generate_response")
	generation.SetAttributes(attribute.Int("response_length", 1024))
	generation.End()
	pipeline.End()
}

func main() {
	runtime.LockOSThread()
	duration, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		panic(err)
	}
	measure("StartEndSpan", duration, sdk.AlwaysSample(), 1, startEndSpan)
	measure("LlmSpan", duration, sdk.AlwaysSample(), 1, llmSpan)
	measure("NestedRag", duration, sdk.AlwaysSample(), 3, nestedRag)
	measure("SampledOut", duration, sdk.NeverSample(), 0, startSetEndSpan)
}
