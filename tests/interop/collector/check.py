#!/usr/bin/env python3
"""check.py RECEIVER PEER: sends from PEER to RECEIVER over each protocol, and compares what arrived.

RECEIVER is the program built from main.go, PEER the one from ../peer.
"""

import json
import subprocess
import sys
import threading

SECONDS = 60


def by_key(attributes):
    return {attribute["key"]: attribute["value"] for attribute in attributes}


def only(items):
    assert len(items) == 1, items
    return items[0]


def scope_of(resource_items, items):
    """The one scope's items of the one resource, both checked."""
    resource = only(resource_items)
    assert by_key(resource["resource"]["attributes"])["service.name"] == {"stringValue": "interop-peer"}, resource
    scope_items = only(resource[items])
    assert scope_items["scope"]["name"] == "interop" and scope_items["scope"]["version"] == "1.2.3", scope_items
    return scope_items


def check_traces(request):
    scope_spans = scope_of(request["resourceSpans"], "scopeSpans")
    assert scope_spans["schemaUrl"] == "https://schema.example/1"
    assert by_key(scope_spans["scope"]["attributes"]) == {"team": {"stringValue": "sdk"}}
    spans = {span["name"]: span for span in scope_spans["spans"]}
    parent, chat = spans["parent"], spans["chat"]
    assert chat["traceId"] == parent["traceId"] and chat["parentSpanId"] == parent["spanId"]
    assert not parent.get("parentSpanId")
    assert (parent["kind"], chat["kind"]) == (2, 3)
    assert (parent["startTimeUnixNano"], parent["endTimeUnixNano"]) == ("1000000000", "4000000000")
    assert by_key(chat["attributes"]) == {
        "boolean": {"boolValue": True},
        "integer": {"intValue": str(1 << 60)},
        "floating": {"doubleValue": 0.25},
        "string": {"stringValue": "grüße"},
        "message": {"kvlistValue": {"values": [
            {"key": "role", "value": {"stringValue": "user"}},
            {"key": "parts", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "two"}]}}}]}},
    }, chat["attributes"]
    event = only(chat["events"])
    assert (event["name"], event["timeUnixNano"]) == ("first token", "2000000000")
    assert by_key(event["attributes"]) == {"index": {"intValue": "0"}}
    link = only(chat["links"])
    assert (link["traceId"], link["spanId"]) == ("ab" + "0" * 30, "cd" + "0" * 14)
    assert link["traceState"] == "a=1" and by_key(link["attributes"]) == {"reason": {"stringValue": "retry"}}
    assert chat["status"] == {"message": "too late", "code": 2}


def check_metrics(request):
    metrics = {metric["name"]: metric for metric in scope_of(request["resourceMetrics"], "scopeMetrics")["metrics"]}
    tokens = metrics["tokens"]
    assert (tokens["unit"], tokens["description"]) == ("{token}", "Used.")
    assert tokens["sum"]["isMonotonic"] and tokens["sum"]["aggregationTemporality"] == 2
    point = only(tokens["sum"]["dataPoints"])
    assert point["asInt"] == "42" and by_key(point["attributes"]) == {"model": {"stringValue": "m"}}
    assert not metrics["active"]["sum"].get("isMonotonic")
    assert only(metrics["active"]["sum"]["dataPoints"])["asInt"] == "-2"
    assert only(metrics["temperature"]["gauge"]["dataPoints"])["asDouble"] == 21.5
    duration = only(metrics["duration"]["histogram"]["dataPoints"])
    assert duration["count"] == "1" and duration["sum"] == 0.75
    assert duration["explicitBounds"] == [0.5, 1] and duration["bucketCounts"] == ["0", "1", "0"]


def check_logs(request):
    record = only(scope_of(request["resourceLogs"], "scopeLogs")["logRecords"])
    assert record["timeUnixNano"] == "3000000000" and int(record["observedTimeUnixNano"]) > 0
    assert (record["severityNumber"], record["severityText"]) == (13, "WARNING")
    assert record["body"] == {"stringValue": "slow"} and record["eventName"] == "model.slow"
    assert by_key(record["attributes"]) == {"seconds": {"doubleValue": 2.5}}
    assert (record["traceId"], record["spanId"], record["flags"]) == ("01" + "0" * 30, "02" + "0" * 14, 1)


CHECKS = {"traces": check_traces, "metrics": check_metrics, "logs": check_logs}


def main():
    receiver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    overdue = threading.Timer(SECONDS, receiver.kill)
    overdue.start()
    addresses = json.loads(receiver.stdout.readline())
    for protocol in ("grpc", "http/protobuf", "http/json"):
        address = addresses["grpc" if protocol == "grpc" else "http"]
        subprocess.run([sys.argv[2], "send", protocol, f"http://{address}"], check=True, timeout=SECONDS)
        missing = dict(CHECKS)
        while missing:
            line = receiver.stdout.readline()
            assert line, f"the receiver ended before {', '.join(missing)} had come over {protocol}"
            received = json.loads(line)
            missing.pop(received["signal"])(received["request"])
        print(f"{protocol}: {', '.join(CHECKS)} arrived as they were recorded")
    receiver.stdin.close()
    assert receiver.wait(timeout=SECONDS) == 0
    overdue.cancel()


main()
