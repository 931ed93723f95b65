"""The lesson's set-up for production, with the server in the place of its `otel-collector:4317`."""

import unittest

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lesson import address, run
from stored import StoredCase


class ProductionSetup(StoredCase):
    def test_spans_arrive_over_grpc(self):
        names = run("OTLP Exporter (Production)", {}, **{"otel-collector:4317": address("SONDE_OTLP_GRPC")})
        finished = InMemorySpanExporter()
        names["provider"].add_span_processor(SimpleSpanProcessor(finished))
        run("Basic Span", names)
        names["process_query"]("What is a trace?")
        names["process_query"]("What is a metric?")
        self.assertTrue(names["provider"].force_flush())

        spans = finished.get_finished_spans()
        self.assertEqual([span.name for span in spans], ["process_query", "process_query"])
        for span in spans:  # each is the root of a trace of its own
            stored = self.expect_stored([span])["process_query"]
            self.assertEqual(stored["parentSpanId"], "")
            self.assertEqual(stored["kind"], "internal")


if __name__ == "__main__":
    unittest.main()
