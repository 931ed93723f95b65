"""The lesson's complete set-up, over OTLP/gRPC, and each of its sections on top of it.

The SDK's finished spans are kept in memory beside the export; what the server holds must equal them in every field,
and what the lesson says must be there is expected by value as well.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import time
import types
import unittest

from opentelemetry import metrics, trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from lesson import address, run
from stored import StoredCase, by_key, read

SERVICE = "lesson"
DOCUMENTS = ["spans form a tree", "a trace has one id", "events mark points in time"]


@contextlib.contextmanager
def mock_llm():
    """The base URL of an OpenAI-compatible server: sonde's own."""
    with subprocess.Popen([os.environ["SONDE_BIN"], "mock-llm", "--json", "--port", "0"],
                          stdout=subprocess.PIPE, text=True) as server:
        try:
            yield json.loads(server.stdout.readline())["baseUrl"]
        finally:
            server.terminate()


class CompleteSetup(StoredCase):
    @classmethod
    def setUpClass(cls):
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{address('SONDE_OTLP_GRPC')}"
        os.environ["OTEL_SERVICE_NAME"] = SERVICE
        cls.names = run("Complete Setup Example", {})
        cls.finished = InMemorySpanExporter()
        trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(cls.finished))

    @classmethod
    def tearDownClass(cls):
        trace.get_tracer_provider().shutdown()
        metrics.get_meter_provider().shutdown()

    def setUp(self):
        self.finished.clear()

    def section(self, heading, **helpers):
        """Runs a section of the lesson on top of the set-up, with the functions it takes for granted."""
        return run(heading, {**self.names, **helpers})

    def flushed(self):
        """The stored spans by name, once checked against the SDK's own."""
        self.assertTrue(trace.get_tracer_provider().force_flush())
        return self.expect_stored(self.finished.get_finished_spans())

    def test_nested_spans(self):
        names = self.section("Nested Spans", retrieve=lambda query: DOCUMENTS,
                             generate=lambda query, documents: f"{query}: {documents[0]}")
        response = names["rag_pipeline"]("What do spans form?")

        spans = self.flushed()
        self.assertEqual(set(spans), {"rag_pipeline", "retrieve_documents", "generate_response"})
        pipeline = spans["rag_pipeline"]
        self.assertEqual(pipeline["parentSpanId"], "")
        self.assertEqual(spans["retrieve_documents"]["parentSpanId"], pipeline["spanId"])
        self.assertEqual(spans["generate_response"]["parentSpanId"], pipeline["spanId"])
        self.assertEqual(by_key(spans["retrieve_documents"]["attributes"]), {"doc_count": {"intValue": "3"}})
        self.assertEqual(by_key(spans["generate_response"]["attributes"]),
                         {"response_length": {"intValue": str(len(response))}})
        self.assertEqual(pipeline["service"], SERVICE)

    def test_a_trace_is_listed_with_its_root_and_service(self):
        names = self.section("Nested Spans", retrieve=lambda query: [], generate=lambda query, documents: "")
        names["rag_pipeline"]("")
        self.flushed()
        pipeline = self.finished.get_finished_spans()[-1]
        listed = [summary for summary in read("traces", service=SERVICE, name="rag_pipeline")["traces"]
                  if summary["traceId"] == f"{pipeline.context.trace_id:032x}"]
        self.assertEqual(len(listed), 1)
        self.assertEqual(listed[0]["rootName"], "rag_pipeline")
        self.assertEqual(listed[0]["rootService"], SERVICE)
        self.assertEqual(listed[0]["spanCount"], 3)
        self.assertEqual(listed[0]["startTimeUnixNano"], str(pipeline.start_time))
        self.assertEqual(listed[0]["durationNano"], str(pipeline.end_time - pipeline.start_time))

    def test_attributes_keep_their_types(self):
        async def call_llm(prompt, model):
            await asyncio.sleep(0)
            return f"{model} says: {prompt}"

        names = self.section("Adding Attributes", call_llm=call_llm)
        response = asyncio.run(names["llm_call"]("Why is the sky blue?"))

        attributes = by_key(self.flushed()["llm_call"]["attributes"])
        duration = attributes.pop("llm.duration_ms")
        self.assertEqual(attributes, {
            "llm.model": {"stringValue": "gpt-4o-mini"},
            "llm.prompt_length": {"intValue": "20"},
            "llm.prompt_tokens_estimate": {"intValue": "5"},
            "llm.response_length": {"intValue": str(len(response))},
            "llm.success": {"boolValue": True},
        })
        self.assertGreater(duration["doubleValue"], 0)

    def test_semantic_conventions(self):
        self.section("Semantic Conventions")
        self.assertEqual(by_key(self.flushed()["http_request"]["attributes"]), {
            "http.method": {"stringValue": "POST"},
            "http.url": {"stringValue": "https://api.openai.com/v1/chat/completions"},
            "http.status_code": {"intValue": "200"},
        })

    def test_events_keep_their_order_and_times(self):
        self.section("Adding Events", query="What is an event?", retrieve=lambda query: DOCUMENTS,
                     generate=lambda query, documents: "a point in time")
        span = self.flushed()["rag_pipeline"]
        self.assertEqual([(event["name"], by_key(event["attributes"])) for event in span["events"]], [
            ("Starting retrieval", {}),
            ("Retrieval complete", {"doc_count": {"intValue": "3"}}),
            ("Starting generation", {}),
            ("Generation complete", {"response_length": {"intValue": "15"}}),
        ])
        times = [int(event["timeUnixNano"]) for event in span["events"]]
        start = int(span["startTimeUnixNano"])
        self.assertEqual(times, sorted(times))
        self.assertTrue(start <= times[0] and times[-1] <= start + int(span["durationNano"]))

    def test_an_operation_that_works_is_ok(self):
        self.section("Error Handling", do_something_risky=lambda: 42)
        span = self.flushed()["risky_operation"]
        self.expect_status(span, StatusCode.OK)
        self.assertEqual(span["events"], [])

    def test_an_operation_that_fails_keeps_its_exception(self):
        def do_something_risky():
            raise ConnectionError("the model is overloaded")

        with self.assertRaises(ConnectionError):
            self.section("Error Handling", do_something_risky=do_something_risky)
        span = self.flushed()["risky_operation"]
        self.expect_failed(span, "ConnectionError", "the model is overloaded")
        errors = read("traces", service=SERVICE, name="risky_operation", errors="true")["traces"]
        self.assertEqual([summary["errorCount"] for summary in errors], [1])

    def test_the_decorator_on_coroutines(self):
        names = self.section("Decorator Pattern")

        async def several():
            with names["tracer"].start_as_current_span("several"):
                return await asyncio.gather(*(names["process_document"](name) for name in "abc"))

        self.assertEqual(asyncio.run(several()), ["Processed: a", "Processed: b", "Processed: c"])
        self.flushed()
        stored = self.trace_of(self.finished.get_finished_spans()[0])["spans"]
        several_span = next(span for span in stored if span["name"] == "several")
        documents = [span for span in stored if span["name"] == "process_document"]
        self.assertEqual(len(documents), 3)
        for span in documents:
            self.assertEqual(span["parentSpanId"], several_span["spanId"])
            self.assertEqual(span["scope"]["name"], "my-app")
            self.assertEqual(by_key(span["attributes"]), {"component": {"stringValue": "parser"}})
            self.expect_status(span, StatusCode.OK)

    def test_the_decorator_on_functions(self):
        names = self.section("Decorator Pattern")

        @names["traced"](attributes={"attempt": 2, "weight": 0.5, "cached": False})
        def outer():
            return inner() + 1

        @names["traced"]("inner step")
        def inner():
            return 41

        self.assertEqual(outer(), 42)
        spans = self.flushed()
        self.assertEqual(spans["inner step"]["parentSpanId"], spans["outer"]["spanId"])
        self.assertEqual(by_key(spans["outer"]["attributes"]), {
            "attempt": {"intValue": "2"}, "weight": {"doubleValue": 0.5}, "cached": {"boolValue": False}})

    def test_the_decorator_records_what_is_raised(self):
        names = self.section("Decorator Pattern")

        @names["traced"]("parse")
        async def parse():
            raise ValueError("no such document")

        with self.assertRaises(ValueError):
            asyncio.run(parse())
        self.expect_failed(self.flushed()["parse"], "ValueError", "no such document")

    def test_an_openai_call(self):
        with mock_llm() as url:
            os.environ.update(OPENAI_BASE_URL=url, OPENAI_API_KEY="none")
            names = self.section("Instrumenting LLM Calls")
            messages = [{"role": "user", "content": "What is a span?"}]
            content = asyncio.run(names["traced_llm_call"](messages))

        span = self.flushed()["openai_chat_completion"]
        self.expect_status(span, StatusCode.OK)
        self.assertEqual([event["name"] for event in span["events"]], ["Sending request to OpenAI", "Response received"])
        attributes = by_key(span["attributes"])
        self.assertEqual(attributes["llm.temperature"], {"doubleValue": 0.7})
        self.assertEqual(attributes["llm.finish_reason"], {"stringValue": "stop"})
        self.assertEqual(attributes["llm.response_length"], {"intValue": str(len(content))})
        tokens = [int(attributes[f"llm.{kind}_tokens"]["intValue"]) for kind in ("prompt", "completion", "total")]
        self.assertEqual(tokens[0] + tokens[1], tokens[2])
        self.assertGreater(tokens[1], 0)

    def test_metrics(self):
        async def call_llm(prompt, model):
            await asyncio.sleep(0)
            if model == "broken":
                raise ConnectionError("no answer")
            return types.SimpleNamespace(usage=types.SimpleNamespace(total_tokens=len(prompt)), content="yes")

        # Its console exporter stays unused: a program has one meter provider, and the set-up's came first.
        names = self.section("Metrics Collection", call_llm=call_llm, time=time)

        async def calls():
            for prompt, model in [("12345", "gpt-4o"), ("123", "gpt-4o"), ("1", "gpt-4o-mini")]:
                self.assertEqual(await names["tracked_llm_call"](prompt, model), "yes")
            with self.assertRaises(ConnectionError):
                await names["tracked_llm_call"]("?", "broken")

        asyncio.run(calls())
        self.assertTrue(metrics.get_meter_provider().force_flush())
        names["provider"].shutdown()

        tokens = self.points("llm.tokens.total", "sum", "tokens", "Total tokens consumed")
        self.assertEqual({model: point["asInt"] for model, point in tokens.items()}, {"gpt-4o": "8", "gpt-4o-mini": "1"})
        active = self.points("llm.requests.active", "sum", "requests", "Currently active LLM requests")
        self.assertEqual({model: point["asInt"] for model, point in active.items()},
                         {"gpt-4o": "0", "gpt-4o-mini": "0", "broken": "0"})
        durations = self.points("llm.request.duration", "histogram", "ms", "LLM request latency")
        self.assertEqual({model: point["count"] for model, point in durations.items()}, {"gpt-4o": "2", "gpt-4o-mini": "1"})
        for point in durations.values():
            self.assertEqual(sum(map(int, point["bucketCounts"])), int(point["count"]))
            self.assertEqual(len(point["bucketCounts"]), len(point["explicitBounds"]) + 1)
            self.assertTrue(0 < point["min"] <= point["max"] <= point["sum"])

    def points(self, name, kind, unit, description):
        """The stored points of a metric by their `model`, after a look at what describes it."""
        [resource] = read(f"metrics/{name}")["resourceMetrics"]
        self.assertEqual(by_key(resource["resource"]["attributes"])["service.name"], {"stringValue": SERVICE})
        [scope] = resource["scopeMetrics"]
        self.assertEqual(scope["scope"]["name"], "llm-metrics")
        [metric] = scope["metrics"]
        self.assertEqual((metric["unit"], metric["description"]), (unit, description))
        if kind == "sum":
            self.assertEqual(metric["sum"].get("isMonotonic", False), name == "llm.tokens.total")
            self.assertEqual(metric["sum"]["aggregationTemporality"], 2)
        return {by_key(point["attributes"])["model"]["stringValue"]: point for point in metric[kind]["dataPoints"]}


if __name__ == "__main__":
    unittest.main()
