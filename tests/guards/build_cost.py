#!/usr/bin/env python3
"""Guards what the SDK costs those who build with it: time to compile, and size of what they ship.

    tests/guards/build_cost.py --compiler CXX --include DIRECTORY [--time] LIBRARY...

Compile time itself depends on the machine and its load, so the test counts what the compiler has to read: the lines of
a file that includes sonde/sonde.hpp and records one span, after preprocessing. --time measures the seconds, too.

Size: a small program without Sonde, traced by a provider that exports in batches over OTLP, and set up by setup(), which
brings all three signals and everything that the environment may ask for. All are fully static, optimised, stripped, without
unused sections. LIBRARY... are the SDK's own; libcurl, zlib and zstd are left unresolved, so that they count on no side.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile

SOURCES = pathlib.Path(__file__).with_name("build_cost")
MOST_LINES = 33_000  # with gcc 12's standard library, which is nearly all of them
MOST_BYTES = {"tracing": 300_000, "setup": None}  # by source; None is told, and not limited


def compile_options(arguments):
    return ["-std=c++20", "-O2", "-DNDEBUG", f"-I{arguments.include}"]


def lines_read(arguments):
    source = SOURCES / "recording.cc"
    text = subprocess.run([arguments.compiler, *compile_options(arguments), "-E", "-P", source], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return text.count("\n")


def seconds_to_compile(arguments):
    """The least user and system time of a few runs."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    times = []
    for _ in range(5):
        before = spent()
        subprocess.run([arguments.compiler, *compile_options(arguments), "-c", SOURCES / "recording.cc", "-o", "/dev/null"],
                       check=True)
        times.append(spent() - before)
    return min(times)


def stripped_size(arguments, name, folder):
    program = pathlib.Path(folder) / name
    libraries = ["-Wl,--start-group", *arguments.libraries, "-Wl,--end-group"] if name in MOST_BYTES else []
    subprocess.run([arguments.compiler, *compile_options(arguments), SOURCES / f"{name}.cc", "-o", program, *libraries,
                    "-static", "-s", "-Wl,--gc-sections", "-Wl,--unresolved-symbols=ignore-all"], check=True)
    return program.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--time", action="store_true")
    parser.add_argument("libraries", nargs="+")
    arguments = parser.parse_args()

    findings = []
    lines = lines_read(arguments)
    print(f"a file that includes sonde/sonde.hpp has {lines:,} lines to compile, of at most {MOST_LINES:,}")
    if lines > MOST_LINES:
        findings.append("sonde/sonde.hpp brings more along than it did: see what its headers include")
    if arguments.time:
        print(f"it compiles in {seconds_to_compile(arguments):.2f} s of CPU time")
    with tempfile.TemporaryDirectory() as folder:
        without = stripped_size(arguments, "without", folder)
        for name, most in MOST_BYTES.items():
            growth = stripped_size(arguments, name, folder) - without
            allowed = f", of at most {most:,}" if most else ""
            print(f"a static program of {without:,} bytes grows by {growth:,} with {name}.cc{allowed}")
            if most and growth > most:
                findings.append(f"{name}.cc grows by more than it may: see which objects it pulls in")
    for finding in findings:
        print(f"FAILED: {finding}")
    sys.exit(1 if findings else 0)


main()
