#!/usr/bin/env python3
"""Runs an example with its spans on the terminal, and checks what it shows.

expect_spans.py PROGRAM EXPECTATION...: "child < parent" for a span and its parent's name, "name" for a root, and
"= text" for a line of output that has that text in it. Every span must be expected, and all must be of one trace or of
as many as there are roots.
"""

import os
import re
import subprocess
import sys

# Two spaces end the name; the ids stand in brackets at the end.
SPAN = re.compile(r"(\S.*?)  .*\[trace (\w+) span (\w+)(?: parent (\w+))?\]$")


def main():
    program, *expectations = sys.argv[1:]
    environment = os.environ | {"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "none",
                               "OTEL_LOGS_EXPORTER": "none"}
    for name in ("TRACEPARENT", "TRACESTATE", "BAGGAGE"):
        environment.pop(name, None)
    result = subprocess.run([program], capture_output=True, text=True, env=environment, timeout=60, check=False)
    output = result.stdout + result.stderr
    spans = [match.groups() for match in map(SPAN.search, output.split("\n")) if match]
    names = {span: name for name, _, span, _ in spans}
    seen = {f"{name} < {names.get(parent, 'nothing that ended')}" if parent else name for name, _, _, parent in spans}
    expected = {text for text in expectations if not text.startswith("= ")}
    faults = [f"missing: {text}" for text in expected - seen] + [f"unexpected: {text}" for text in seen - expected]
    faults += [f"not in the output: {text[2:]}" for text in expectations
               if text.startswith("= ") and text[2:] not in output]
    roots = sum(parent is None for *_, parent in spans)
    if len({trace for _, trace, _, _ in spans}) != roots:
        faults.append("there are other traces than those of the roots")
    if result.returncode != 0:
        faults.append(f"it ended with {result.returncode}")
    if faults:
        print(output, *faults, sep="\n")
    sys.exit(1 if faults else 0)


main()
