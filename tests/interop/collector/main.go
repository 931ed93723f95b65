// The OpenTelemetry Collector's own OTLP receiver, with what it receives written to standard output as OTLP/JSON, one
// line a request: {"signal":"traces","request":{...}}. Its first line says where it listens. Ends with standard input.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

var output sync.Mutex

func write(signal string, request []byte, err error) error {
	if err != nil {
		return err
	}
	line, err := json.Marshal(map[string]any{"signal": signal, "request": json.RawMessage(request)})
	if err != nil {
		return err
	}
	output.Lock()
	defer output.Unlock()
	_, err = fmt.Printf("%s\n", line)
	return err
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The receiver does not say which port it was given, so it is told one that was free a moment ago.
func freeAddress() string {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	return listener.Addr().String()
}

func main() {
	ctx := context.Background()
	grpc, http := freeAddress(), freeAddress()
	factory := otlpreceiver.NewFactory()
	configuration := factory.CreateDefaultConfig()
	check(confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{
		"grpc": map[string]any{"endpoint": grpc}, "http": map[string]any{"endpoint": http},
	}}).Unmarshal(configuration))

	settings := receivertest.NewNopSettings(factory.Type())
	traces := must(consumer.NewTraces(func(_ context.Context, batch ptrace.Traces) error {
		request, err := (&ptrace.JSONMarshaler{}).MarshalTraces(batch)
		return write("traces", request, err)
	}))
	metrics := must(consumer.NewMetrics(func(_ context.Context, batch pmetric.Metrics) error {
		request, err := (&pmetric.JSONMarshaler{}).MarshalMetrics(batch)
		return write("metrics", request, err)
	}))
	logs := must(consumer.NewLogs(func(_ context.Context, batch plog.Logs) error {
		request, err := (&plog.JSONMarshaler{}).MarshalLogs(batch)
		return write("logs", request, err)
	}))
	receivers := []component.Component{
		must(factory.CreateTraces(ctx, settings, configuration, traces)),
		must(factory.CreateMetrics(ctx, settings, configuration, metrics)),
		must(factory.CreateLogs(ctx, settings, configuration, logs)),
	}
	for _, receiver := range receivers {
		check(receiver.Start(ctx, componenttest.NewNopHost()))
	}
	fmt.Printf("{\"grpc\":%q,\"http\":%q}\n", grpc, http)
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, receiver := range receivers {
		check(receiver.Shutdown(ctx))
	}
}
