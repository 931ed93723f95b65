#!/usr/bin/env python3
"""check_metrics.py PROGRAM: fetches what PROGRAM serves and reads it with the official Prometheus client's parsers."""

import subprocess
import sys
import urllib.request

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

SCOPE = {"otel_scope_name": "interop", "otel_scope_version": "1.2",
         "otel_scope_schema_url": "https://schema.example/1"}


def fetch(port, accept):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def samples(families):
    """The samples as {name: {labels: value}}, the scope's labels checked and left out."""
    found = {}
    for family in families:
        for sample in family.samples:
            labels = dict(sample.labels)
            if family.name not in ("target", "target_info"):
                for key, value in SCOPE.items():
                    assert labels.pop(key) == value, (sample, key)
            found.setdefault(sample.name, {})[tuple(sorted(labels.items()))] = sample.value
    return found


def check_values(found):
    model = (("gen_ai_request_model", 'a "model" \\ of\ntwo lines, größer'), ("stream", "true"))
    assert found["llm_tokens_total"] == {model: 42}, found
    assert found["queue_delay_seconds"] == {(): 0.25}, found
    assert found["active"] == {(): -3}, found
    buckets = {float(dict(labels)["le"]): value
               for labels, value in found["llm_request_duration_milliseconds_bucket"].items()}
    assert buckets == {10: 1, 100: 2, float("inf"): 3}, buckets
    assert found["llm_request_duration_milliseconds_sum"] == {(): 555}, found
    assert found["exponential_bytes_count"] == {(): 4}, found
    exponential = {float(dict(labels)["le"]): value for labels, value in found["exponential_bytes_bucket"].items()}
    assert exponential[1] == 1 and exponential[2] == 2 and exponential[1024] == 4, exponential


def main():
    program = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = int(program.stdout.readline())

        content_type, text = fetch(port, "text/plain;version=0.0.4")
        assert content_type.startswith("text/plain; version=0.0.4"), content_type
        families = list(parser.text_string_to_metric_families(text))
        check_values(samples(families))
        types = {family.name: (family.type, family.documentation) for family in families}
        assert types["llm_tokens"] == ("counter", 'Quotes " and \\ and\nlines.'), types
        assert types["target_info"][0] == "gauge", types

        content_type, text = fetch(port, "application/openmetrics-text;version=1.0.0")
        assert content_type.startswith("application/openmetrics-text; version=1.0.0"), content_type
        families = list(openmetrics_parser.text_string_to_metric_families(text))
        check_values(samples(families))
        by_name = {family.name: family for family in families}
        assert by_name["target"].type == "info", by_name
        assert by_name["target"].samples[0].labels == {"service_name": "interop"}, by_name["target"]
        assert by_name["queue_delay_seconds"].unit == "seconds"
    finally:
        program.stdin.close()
        program.wait(timeout=20)
    assert program.returncode == 0, program.returncode
    print("Both formats are read as they were meant.")


main()
