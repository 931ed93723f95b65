#!/usr/bin/env python3
"""Counts the instructions that recording takes, and fails if they have crept up.

    tests/guards/instructions.py [--update] BINARY     BINARY: build/release/counted_work

Runs BINARY under callgrind, twice: once with the profiles of its threads apart, for what the recording thread
executes, and once with all threads in one, for what a span costs altogether until it is part of a complete request.
Each case is warmed up first, so the counts are those of the steady state; they vary by a few from run to run, with
how the threads meet. On a busy machine they may meet badly, which adds and never takes away, so what exceeds its count
is counted again, and the least of ATTEMPTS counts. instructions.txt holds the counts as they were when last looked at; a case may exceed its own
by MARGIN. After making something faster, --update lowers them: keep what was won.

The counts are those of one compiler and one instruction set, so elsewhere this answers 77, which ctest takes for
skipped.
"""

import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

COUNTS = pathlib.Path(__file__).with_name("instructions.txt")
ITERATIONS = 4 * 512   # counted_bursts * burst in counted_work.cc
MARGIN = 1.05          # and a few instructions more, for the shortest cases
SLACK = 4
ATTEMPTS = 3
SKIPPED = 77


def reason_to_skip():
    if platform.machine() != "x86_64" or " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text():
        return "the counts are those of x86-64 with AVX2"
    return None if shutil.which("valgrind") else "there is no valgrind; scripts/setup --for test brings it"


def dump_number(path):
    """Of out.3 and out.3-01: 3, in the order of the cases."""
    number = re.search(r"\.(\d+)", path.name)
    return int(number.group(1)) if number else 0


def profiles(binary, *options):
    """Instructions an iteration in each case, as {case: count}, of the thread that records or of all."""
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *options, binary],
                       check=True)
        for path in sorted(pathlib.Path(folder).iterdir(), key=dump_number):
            text = path.read_text()
            case = re.search(r"^desc: Trigger: Client Request: (\w+)$", text, re.MULTILINE)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
            if case and total:
                counts[case.group(1)] = int(total.group(1)) / ITERATIONS
    return counts


def measure(binary):
    """{case: [recording thread, all threads]}, rounded."""
    recording, all_threads = profiles(binary, "--separate-threads=yes"), profiles(binary)
    return {case: [round(recording[case]), round(all_threads[case])] for case in recording}


def read_counts():
    lines = (line.split() for line in COUNTS.read_text().splitlines() if line and not line.startswith("#"))
    return {case: [int(count) for count in counts] for case, *counts in lines}


def write_counts(counts):
    heading = [line for line in COUNTS.read_text().splitlines() if line.startswith("#")]
    rows = [f"{case:<22} {recording:>9} {everything:>9}" for case, (recording, everything) in counts.items()]
    COUNTS.write_text("\n".join(heading + rows) + "\n")


def compare(counts, limits):
    findings = []
    print(f"{'instructions':<22} {'recording thread':>22} {'all threads':>22}")
    for case, measured in counts.items():
        expected = limits.get(case)
        if expected is None:
            findings.append(f"{case} is not in {COUNTS.name}; add it with --update")
            continue
        cells = [f"{now:>9} of {was:>9}" for now, was in zip(measured, expected)]
        print(f"{case:<22} " + " ".join(f"{cell:>22}" for cell in cells))
        for now, was, who in zip(measured, expected, ("the recording thread", "all threads")):
            if now > was * MARGIN + SLACK:
                findings.append(f"{case} takes {who} {now} instructions; it was {was}")
    findings += [f"{case} is in {COUNTS.name} but was not counted" for case in limits.keys() - counts.keys()]
    return findings


def main():
    if reason := reason_to_skip():
        print(f"SKIPPED: {reason}")
        sys.exit(SKIPPED)
    counts = measure(sys.argv[-1])
    if "--update" in sys.argv:
        write_counts(counts)
        return
    findings = compare(counts, read_counts())
    for _ in range(ATTEMPTS - 1):
        if not findings:
            break
        again = measure(sys.argv[-1])
        counts = {case: [min(pair) for pair in zip(measured, again[case])] for case, measured in counts.items()}
        findings = compare(counts, read_counts())
    for finding in findings:
        print(f"FAILED: {finding}")
    sys.exit(1 if findings else 0)


main()
