#!/usr/bin/env python3
"""Runs clang-tidy over the compilation database, skipping what was found clean before.

A file's verdict depends on its own text, the project headers it reaches, its compiler flags, .clang-tidy and the
tool's version; a hash of those names an empty file in the cache, which every clone on the machine shares.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKED_FOLDERS = ("src", "examples", "bench")
# Tests, benchmarks and fuzz targets are left out: half of all the time for findings in GoogleTest's macros.
LEFT_OUT = re.compile(r"_(test|bench|fuzz)\.cc$|/testing/|\.S$")
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
EXTRA_ARGUMENTS = ["--quiet", "--extra-arg=-Wno-unknown-warning-option"]  # the flags are gcc's


class Headers:
    """Finds the project headers that a source reaches, reading each file once."""

    def __init__(self):
        self._read = {}

    def _file(self, path):
        if path not in self._read:
            try:
                content = path.read_bytes()
                self._read[path] = (hashlib.sha256(content).hexdigest(),
                                    [name.decode() for name in INCLUDE.findall(content)])
            except OSError:
                self._read[path] = None
        return self._read[path]

    def reach(self, source, include_folders):
        """Every (path below ROOT, hash of its content) the source includes, itself first."""
        reached, waiting = {}, [source]
        while waiting:
            path = waiting.pop()
            entry = self._file(path)
            if path in reached or entry is None:
                continue
            reached[path] = entry[0]
            for name in entry[1]:
                for folder in [path.parent, *include_folders]:
                    candidate = pathlib.Path(os.path.normpath(folder / name))
                    if self._file(candidate) is not None:
                        waiting.append(candidate)
                        break
        return sorted((os.path.relpath(path, ROOT), digest) for path, digest in reached.items())


def read_database(build):
    """The database's entries for the project's own sources, one for each, as (path, flags, include folders)."""
    try:
        database = json.loads((build / "compile_commands.json").read_text())
    except OSError as error:
        sys.exit(f"tidy: {error}; configure the build first: cmake --preset {build.name}")
    entries = {}
    for entry in database:
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if LEFT_OUT.search(str(path)) or not any(path.is_relative_to(ROOT / folder) for folder in CHECKED_FOLDERS):
            continue
        words = shlex.split(entry["command"])
        folders = [pathlib.Path(word[2:]) for word in words if word.startswith("-I")]
        folders += [pathlib.Path(after) for word, after in zip(words, words[1:]) if word == "-isystem"]
        own = [folder for folder in folders if folder.is_relative_to(ROOT)]
        flags = " ".join(word for word in words if not word.endswith(".o")).replace(str(ROOT), ".")
        entries.setdefault(path, (path, flags, own))
    return [entries[path] for path in sorted(entries)]


def key_of(entry, headers, fixed):
    path, flags, folders = entry
    parts = [fixed, flags]
    parts += [f"{name} {digest}" for name, digest in headers.reach(path, folders)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run(path, build):
    start = time.monotonic()
    command = ["clang-tidy-16", "-p", str(build), *EXTRA_ARGUMENTS, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout, result.stderr, time.monotonic() - start


def tool_version():
    try:
        result = subprocess.run(["clang-tidy-16", "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        sys.exit(f"tidy: {error}; run scripts/setup --for lint")
    if result.returncode != 0:
        sys.exit(f"tidy: clang-tidy-16 --version ended with {result.returncode}; is it Debian's that is first on PATH?")
    return result.stdout


def forget_old(cache, days=30):
    for verdict in cache.iterdir():
        if verdict.stat().st_mtime < time.time() - days * 86400:
            verdict.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", help="only sources whose path contains one of these")
    arguments = parser.parse_args()

    arguments.cache.mkdir(parents=True, exist_ok=True)
    forget_old(arguments.cache)
    fixed = tool_version() + (ROOT / ".clang-tidy").read_text() + " ".join(EXTRA_ARGUMENTS)
    headers = Headers()
    entries = read_database(arguments.build)
    if arguments.files:
        entries = [entry for entry in entries
                   if any(part in str(entry[0].relative_to(ROOT)) for part in arguments.files)]
    if not entries:
        sys.exit("tidy: no source to check; is the build configured with the tests on?")

    waiting = []
    for entry in entries:
        verdict = arguments.cache / key_of(entry, headers, fixed)
        if verdict.exists():
            verdict.touch()
        else:
            waiting.append((entry[0], verdict))
    print(f"tidy: {len(entries)} sources, {len(entries) - len(waiting)} known to be clean", flush=True)

    failed = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        jobs = {pool.submit(run, path, arguments.build): (path, verdict) for path, verdict in waiting}
        for number, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            path, verdict = jobs[job]
            clean, findings, complaint, seconds = job.result()
            name = path.relative_to(ROOT)
            print(f"tidy: [{number}/{len(waiting)}] {name} {seconds:.0f} s{'' if clean else ': FAILED'}", flush=True)
            if clean:
                verdict.touch()
            else:
                failed.append(name)
                print(findings or complaint, flush=True)
    if failed:
        sys.exit(f"tidy: {len(failed)} sources with findings: {' '.join(map(str, sorted(failed)))}")


main()
