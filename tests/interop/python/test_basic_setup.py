"""The lesson's first set-up, whose spans go to the console; here they go to the server over HTTP/protobuf as well."""

import contextlib
import io
import json
import unittest

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from lesson import address, run
from stored import StoredCase, read


class BasicSetup(StoredCase):
    def test_the_server_keeps_what_the_console_shows(self):
        console = io.StringIO()
        with contextlib.redirect_stdout(console):
            names = run("Basic Setup", {})
            exporter = OTLPSpanExporter(endpoint=f"{address('SONDE_OTLP_HTTP')}/v1/traces")
            names["provider"].add_span_processor(SimpleSpanProcessor(exporter))
            run("Basic Span", names)
            self.assertEqual(names["process_query"]("What is a span?"), "Processed: What is a span?")
            names["provider"].force_flush()

        shown = json.loads(console.getvalue())
        spans = read(f"traces/{shown['context']['trace_id'].removeprefix('0x')}")["spans"]
        self.assertEqual(len(spans), 1)
        self.assertEqual(spans[0]["spanId"], shown["context"]["span_id"].removeprefix("0x"))
        self.assertEqual(spans[0]["parentSpanId"], "")
        self.assertEqual(spans[0]["name"], "process_query")
        self.assertEqual(spans[0]["status"], {"code": "unset", "message": ""})
        self.assertEqual(spans[0]["scope"]["name"], "my-llm-app")


if __name__ == "__main__":
    unittest.main()
