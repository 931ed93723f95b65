#!/usr/bin/env python3
"""What recording costs with Sonde, against the bars of the project and beside other SDKs.

    bench/compare_sdks.py [--repetitions N] [--json] [--no-peers] SDK_BENCH

Runs SDK_BENCH (build/release/sdk_bench) and every peer of bench/peers in turn, N times, and prints the medians, so that
what the machine does meanwhile meets all alike. Called by scripts/bench sdk.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

PEERS = pathlib.Path(__file__).with_name("peers")
SECONDS = "0.2"  # of CPU time, a case and repetition

# Benchmark of Sonde: the most it may cost, in clock readings.
BARS = {
    "BM_StartEndSpan": 1.9, "BM_LlmSpan/threads:1": 7.5, "BM_LlmSpanToBytes/process_time": 9.5, "BM_NestedRag": 8,
    "BM_SampledOut": 0.17, "BM_NoProvider": 0.06, "BM_CounterAdd": 1.0, "BM_HistogramRecord": 1.0,
    "BM_CounterAddBound": 0.33, "BM_HistogramRecordBound": 0.33,
}
# The peers' cases, and Sonde's names for them.
CASES = {"StartEndSpan": "BM_StartEndSpan", "LlmSpan": "BM_LlmSpan/threads:1", "NestedRag": "BM_NestedRag",
         "SampledOut": "BM_SampledOut"}
NAMES = {"opentelemetry_cpp": "opentelemetry-cpp 1.19", "opentelemetry_go": "OpenTelemetry Go",
         "opentelemetry_js": "OpenTelemetry JS", "opentelemetry_python": "OpenTelemetry Python",
         "opentelemetry_rust": "OpenTelemetry Rust", "fastrace": "fastrace (Rust), no bytes"}


def say(message):
    print(f"compare_sdks: {message}", file=sys.stderr)


class Samples:
    """Figures of repeated runs: {row: {column: [one a run]}}."""

    def __init__(self):
        self._of = {}

    def add(self, row, **figures):
        for column, figure in figures.items():
            self._of.setdefault(row, {}).setdefault(column, []).append(figure)

    def medians(self):
        return {row: {column: statistics.median(figures) for column, figures in columns.items()}
                for row, columns in self._of.items()}


def run_sonde(binary, samples):
    output = subprocess.run([binary, f"--benchmark_min_time={SECONDS}", "--benchmark_format=json"], check=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for case in json.loads(output)["benchmarks"]:
        if case.get("error_occurred"):
            raise SystemExit(f"compare_sdks: {case['name']}: {case['error_message']}")
        figures = {"ns": case["cpu_time"]} | {key: case[key] for key in ("clocks", "total_ns") if key in case}
        samples.add(case["name"], **figures)


def run_peer(peer, samples):
    """The reason why it was skipped, or None."""
    done = subprocess.run([PEERS / peer / "run", SECONDS], stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode != 0:
        return lines[-1] if lines and lines[-1].startswith("skipped: ") else f"failed: status {done.returncode}"
    for line in lines:
        case = json.loads(line)
        if case["dropped"] != 0:
            return f"failed: {case['dropped']} spans of {case['case']} were dropped"
        samples.add(case["case"], ns=case["recording_ns"], total_ns=case["total_ns"])
    return None


def measure(arguments):
    sonde, peers, skipped = Samples(), {}, {}
    names = [] if arguments.no_peers else sorted(path.parent.name for path in PEERS.glob("*/run"))
    for repetition in range(arguments.repetitions):
        say(f"repetition {repetition + 1} of {arguments.repetitions}")
        run_sonde(arguments.sdk_bench, sonde)
        for peer in names:
            if peer not in skipped:
                reason = run_peer(peer, peers.setdefault(peer, Samples()))
                if reason:
                    skipped[peer] = reason
    return {"load": os.getloadavg()[0], "repetitions": arguments.repetitions, "sonde": sonde.medians(),
            "peers": {peer: {"skipped": skipped[peer]} if peer in skipped else samples.medians()
                      for peer, samples in peers.items()}}


def print_sonde(results):
    print(f"\n{'Sonde':<34} {'CPU ns':>10} {'clocks':>8} {'bar':>6}")
    for name, case in results.items():
        bar = BARS.get(name)
        verdict = "" if bar is None else f"{bar:>6} {'holds' if case['clocks'] <= bar else 'is exceeded'}"
        print(f"{name:<34} {case['ns']:>10.2f} {case['clocks']:>8.2f} {verdict}")


def cell(nanoseconds, ours):
    return f"{nanoseconds:,.0f} ({nanoseconds / ours:.1f}x)"


def print_peers(results, sonde):
    for column, heading in (("ns", "recording thread"), ("total_ns", "all threads, to bytes")):
        ours = {case: sonde[name].get(column, sonde[name]["ns"]) for case, name in CASES.items()}
        print(f"\n{'CPU ns a case, ' + heading:<38}" + "".join(f" {case:>20}" for case in CASES))
        print(f"{'Sonde':<38}" + "".join(f" {figure:>20,.0f}" for figure in ours.values()))
        for peer, cases in results.items():
            row = cases.get("skipped") or "".join(f" {cell(cases[case][column], ours[case]):>20}" for case in CASES)
            print(f"{NAMES.get(peer, peer):<38}{row if row.startswith(' ') else ' ' + row}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sdk_bench")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    arguments = parser.parse_args()
    results = measure(arguments)
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    print_sonde(results["sonde"])
    if results["peers"]:
        print_peers(results["peers"], results["sonde"])
    if results["load"] > 1.5:
        print(f"\nThe machine was busy (load {results['load']:.1f}): only ratios mean something, if that.")


main()
