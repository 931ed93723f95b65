#!/usr/bin/env python3
"""Runs an example and checks what it records.

expect_spans.py [OPTION]... PROGRAM [ARGUMENT]... -- EXPECTATION...

  --mock-llm SONDE      with `sonde mock-llm` at OPENAI_BASE_URL
  --llama-server FILE   with that Python server, which answers as llama.cpp's does, at LLAMA_SERVER_PORT
  --serve SONDE         with a `sonde serve` at OTEL_EXPORTER_OTLP_ENDPOINT (and OTLP_GRPC), which keeps what all its
                        processes record; else spans are read from its output

An expectation is one of these; every span must be expected by one of the first two, and every trace must have a root:

  NAME                  a root span
  CHILD < PARENT        a span and its parent; "2 x CHILD < PARENT": exactly two
  NAME : KEY            some span of that name has the attribute; "!KEY": none has; "KEY=VALUE": some has it so; its
                        status is looked at as status.code and status.message
  EVENT @ NAME : KEY... the same of an event that belongs to a span of that name
  & KEY                 all spans of a trace have the same value of that attribute, and those of other traces another
  = TEXT                a line of its output has that text in it
"""

import argparse
import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

SECONDS = 60


@contextlib.contextmanager
def server(*command):
    """A server's first line of output, which says where it listens; it is asked to stop at the end."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            if process.wait(SECONDS) != 0:
                sys.exit(f"{command[0]} ended with {process.returncode}")


def plain(value):
    """OTLP/JSON's AnyValue as a Python value."""
    if "arrayValue" in value:
        return [plain(element) for element in value["arrayValue"].get("values", [])]
    if "kvlistValue" in value:
        return attributes_of(value["kvlistValue"].get("values", []))
    if "intValue" in value:
        return int(value["intValue"])
    return next(iter(value.values()), None)


def attributes_of(pairs):
    return {pair["key"]: plain(pair.get("value", {})) for pair in pairs}


def shown(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Recorded:
    """What an example recorded, whichever way it came."""

    def __init__(self):
        self.spans, self.events = [], []

    def add_otlp(self, request):
        for resource in request.get("resourceSpans", []):
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    status = {f"status.{key}": value for key, value in span.get("status", {}).items()}
                    self.spans.append({**span, "attributes": attributes_of(span.get("attributes", [])) | status})
        for resource in request.get("resourceLogs", []):
            for scope in resource["scopeLogs"]:
                for record in scope["logRecords"]:
                    self.add_event(record)

    def add_event(self, record):
        self.events.append({**record, "attributes": attributes_of(record.get("attributes", []))})

    def add_output(self, text):
        """Takes OTLP out of an output, and gives back what the program itself wrote."""
        rest = []
        for line in text.split("\n"):
            starts = [line.find(f'{{"resource{signal}"') for signal in ("Spans", "Logs", "Metrics")]
            start = next((start for start in starts if start >= 0), len(line))
            rest.append(line[:start])
            if start < len(line):
                self.add_otlp(json.loads(line[start:]))
        return "\n".join(rest)

    def add_stored(self, page):
        def read(path):
            with urllib.request.urlopen(f"{page}/api/sonde/{path}", timeout=SECONDS) as answer:
                return json.load(answer)
        for trace in read("traces?limit=1000")["traces"]:
            self.add_otlp(read(f"traces/{trace['traceId']}/otlp"))
        for record in read("logs?limit=10000")["logs"]:
            self.add_event(record)

    def faults(self, expectations):
        names = {span["spanId"]: span["name"] for span in self.spans}
        seen = collections.Counter(
            f"{span['name']} < {names.get(span['parentSpanId'], 'nothing that ended')}"
            if span.get("parentSpanId") else span["name"] for span in self.spans)
        expected = set()
        for text in expectations:
            if text.startswith("& "):
                yield from self.shared_attribute_faults(text[2:])
            elif " : " in text:
                yield from self.attribute_faults(*text.split(" : ", 1), names)
            else:
                count, _, relation = text.partition(" x ") if text[0].isdigit() and " x " in text else ("", "", text)
                expected.add(relation)
                if not seen[relation] or (count and seen[relation] != int(count)):
                    yield f"expected: {text}, seen {seen[relation]} times"
        yield from (f"unexpected: {text}" for text in seen.keys() - expected)
        roots = sum(not span.get("parentSpanId") for span in self.spans)
        if len({span["traceId"] for span in self.spans}) != roots:
            yield "there are other traces than those of the roots"

    def attribute_faults(self, subject, condition, names):
        event, _, name = subject.rpartition(" @ ")
        if event:
            items = [record for record in self.events
                     if record.get("eventName") == event and names.get(record.get("spanId")) == name]
        else:
            items = [span for span in self.spans if span["name"] == name]
        key, is_equal, wanted = condition.partition("=")
        values = [item["attributes"].get(key.lstrip("!")) for item in items]
        present = [shown(value) for value in values if value is not None]
        if not items:
            yield f"there is no {subject}, for: {condition}"
        elif key.startswith("!"):
            if present:
                yield f"{subject} has {key[1:]}: {present}"
        elif not present or (is_equal and wanted not in present):
            yield f"{subject}: expected {condition}, found {present or 'none'}"

    def shared_attribute_faults(self, key):
        of_trace = collections.defaultdict(set)
        for span in self.spans:
            of_trace[span["traceId"]].add(shown(span["attributes"].get(key)))
        values = [value for values in of_trace.values() for value in values]
        if "null" in values or len(values) != len(of_trace) or len(set(values)) != len(values):
            yield f"{key} is not the same in each trace and different in all: {sorted(map(sorted, of_trace.values()))}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mock-llm")
    parser.add_argument("--llama-server")
    parser.add_argument("--serve")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    split = sys.argv.index("--")
    arguments, expectations = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]

    environment = os.environ | {"no_proxy": "127.0.0.1", "OTEL_METRICS_EXPORTER": "none"}
    for name in ("TRACEPARENT", "TRACESTATE", "BAGGAGE"):
        environment.pop(name, None)
    recorded = Recorded()
    with contextlib.ExitStack() as stack:
        if arguments.mock_llm:
            mock = stack.enter_context(server(arguments.mock_llm, "mock-llm", "--json", "--port", "0"))
            environment |= {"OPENAI_BASE_URL": mock["baseUrl"], "OPENAI_API_KEY": "unused"}
        if arguments.llama_server:
            llama = stack.enter_context(server(sys.executable, arguments.llama_server))
            environment["LLAMA_SERVER_PORT"] = str(llama["port"])
        store = None
        if arguments.serve:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sonde-example-"))
            store = stack.enter_context(server(arguments.serve, "serve", "--json", "--data", folder, "--grpc-port", "0",
                                               "--http-port", "0", "--ui-port", "0"))
            environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": store["otlpHttp"], "OTLP_GRPC": f"http://{store['otlpGrpc']}"}
        else:
            environment |= {"OTEL_TRACES_EXPORTER": "otlp/stdout", "OTEL_LOGS_EXPORTER": "otlp/stdout"}
        result = subprocess.run(arguments.command, capture_output=True, text=True, env=environment, timeout=SECONDS,
                                check=False)
        output = recorded.add_output(result.stdout) + result.stderr
        if store:
            recorded.add_stored(store["ui"])  # what a program's end has flushed is stored, not on its way

    texts = [text[2:] for text in expectations if text.startswith("= ")]
    faults = list(recorded.faults([text for text in expectations if not text.startswith("= ")]))
    faults += [f"not in the output: {text}" for text in texts if text not in output]
    if result.returncode != 0:
        faults.append(f"it ended with {result.returncode}")
    if faults:
        print(output, *map(json.dumps, recorded.spans + recorded.events), *faults, sep="\n")
    sys.exit(1 if faults else 0)


main()
