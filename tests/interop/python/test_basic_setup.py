"""The lesson's first set-up, whose spans go to the console; here they go to the server over HTTP/protobuf as well."""

import json
import os
import sys
import tempfile
import unittest

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from lesson import address, run
from stored import StoredCase, read


def output_of(call):
    """What a call writes to standard output, through whoever holds that file already."""
    terminal = os.dup(1)
    with tempfile.TemporaryFile("w+") as file:
        os.dup2(file.fileno(), 1)
        try:
            call()
            sys.stdout.flush()
        finally:
            os.dup2(terminal, 1)
            os.close(terminal)
        file.seek(0)
        return file.read()


class BasicSetup(StoredCase):
    def process_a_query(self):
        names = run("Basic Setup", {})
        exporter = OTLPSpanExporter(endpoint=f"{address('SONDE_OTLP_HTTP')}/v1/traces")
        names["provider"].add_span_processor(SimpleSpanProcessor(exporter))
        run("Basic Span", names)
        self.assertEqual(names["process_query"]("What is a span?"), "Processed: What is a span?")
        self.assertTrue(names["provider"].force_flush())

    def test_the_server_keeps_what_the_console_shows(self):
        shown = json.loads(output_of(self.process_a_query))
        spans = read(f"traces/{shown['context']['trace_id'].removeprefix('0x')}")["spans"]
        self.assertEqual(len(spans), 1)
        self.assertEqual(spans[0]["spanId"], shown["context"]["span_id"].removeprefix("0x"))
        self.assertEqual(spans[0]["parentSpanId"], "")
        self.assertEqual(spans[0]["name"], "process_query")
        self.assertEqual(spans[0]["status"], {"code": "unset", "message": ""})
        self.assertEqual(spans[0]["scope"]["name"], "my-llm-app")


if __name__ == "__main__":
    unittest.main()
