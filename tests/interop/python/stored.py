"""Reads what the server keeps, and compares it with what the official SDK handed to its exporters."""

import json
import unittest
import urllib.parse
import urllib.request

from opentelemetry.trace import StatusCode, format_span_id, format_trace_id

from lesson import address


def read(path, **parameters):
    """What the server answers to a path below /api/sonde."""
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with urllib.request.urlopen(f"{address('SONDE_UI')}/api/sonde/{path}{query}", timeout=30) as response:
        return json.load(response)


def any_value(value):
    """A Python attribute as OTLP/JSON's AnyValue, with its type."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"arrayValue": {"values": [any_value(element) for element in value]}}


def any_values(attributes):
    return {key: any_value(value) for key, value in (attributes or {}).items()}


def by_key(attributes):
    return {attribute["key"]: attribute["value"] for attribute in attributes}


class StoredCase(unittest.TestCase):
    """A test case that finds the SDK's spans in the server's store."""

    maxDiff = None

    def trace_of(self, span):
        """The stored trace of a finished span of the SDK."""
        return read(f"traces/{format_trace_id(span.context.trace_id)}")

    def expect_stored(self, spans):
        """Checks that the store holds these finished spans of one trace, and nothing else of it, in every field.

        Returns the stored spans by name.
        """
        stored = self.trace_of(spans[0])
        by_id = {span["spanId"]: span for span in stored["spans"]}
        self.assertEqual(len(stored["spans"]), len(by_id), "a span is stored twice")
        self.assertEqual(set(by_id), {format_span_id(span.context.span_id) for span in spans})
        for span in spans:
            self.expect_same(span, by_id[format_span_id(span.context.span_id)], stored["resources"])
        return {span["name"]: span for span in stored["spans"]}

    def expect_same(self, span, stored, resources):
        self.assertEqual(stored["parentSpanId"], format_span_id(span.parent.span_id) if span.parent else "")
        self.assertEqual(stored["name"], span.name)
        self.assertEqual(stored["kind"], span.kind.name.lower())
        self.assertEqual(stored["startTimeUnixNano"], str(span.start_time))
        self.assertEqual(stored["durationNano"], str(span.end_time - span.start_time))
        self.assertEqual(stored["status"]["code"], span.status.status_code.name.lower())
        self.assertEqual(stored["status"]["message"], span.status.description or "")
        self.assertEqual(stored["scope"]["name"], span.instrumentation_scope.name)
        self.assertEqual(by_key(stored["attributes"]), any_values(span.attributes))
        self.assertEqual(
            [(event["name"], event["timeUnixNano"], by_key(event["attributes"])) for event in stored["events"]],
            [(event.name, str(event.timestamp), any_values(event.attributes)) for event in span.events])
        self.assertEqual(stored["links"], [])
        self.assertEqual(by_key(resources[stored["resource"]]["attributes"]), any_values(span.resource.attributes))

    def expect_status(self, stored, code, message=""):
        self.assertEqual(stored["status"], {"code": code.name.lower(), "message": message})

    def expect_failed(self, stored, exception, message):
        """Checks that a stored span failed with the exception, recorded as the first of its events."""
        self.assertEqual(stored["status"]["code"], StatusCode.ERROR.name.lower())
        self.assertIn(message, stored["status"]["message"])
        event = next(event for event in stored["events"] if event["name"] == "exception")
        attributes = by_key(event["attributes"])
        self.assertEqual(attributes["exception.type"], {"stringValue": exception})
        self.assertEqual(attributes["exception.message"], {"stringValue": message})
        self.assertIn("Traceback", attributes["exception.stacktrace"]["stringValue"])
