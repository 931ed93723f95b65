#!/usr/bin/env python3
"""Checks which folder includes what (the dependency rule of ARCHITECTURE.md), and how long files are.

Dependencies point one way: base <- otlp <- {transport, sdk, collector, store} <- {genai, query} <- cli.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each folder of src/ may include from the others. A file name in place of a folder allows that file only.
SDK_MAY_USE = {"base", "otlp/writer.h", "otlp/fields.h", "otlp/schema.h", "transport/http.h", "transport/http_client.h",
               "transport/http_client_url.h"}
MAY_INCLUDE = {
    "base": set(),
    "otlp": {"base"},
    "yaml": {"base"},
    "transport": {"base"},
    "sdk": SDK_MAY_USE,
    "configuration_file": {"base", "yaml", "sdk"},
    "genai": SDK_MAY_USE | {"sdk", "transport/http_loop.h"},
    "c_interface": {"genai/json_values.h"},
    "normalise": {"base", "otlp"},
    "collector": {"base", "otlp", "transport", "normalise"},
    "store": {"base", "otlp", "normalise"},
    "query": {"base", "otlp", "transport", "store", "normalise"},
    "mock_llm": {"base", "transport"},
    "cli": {"base", "otlp", "transport", "normalise", "collector", "store", "query", "mock_llm", "sdk", "genai"},
}

# In which folders each third-party library's headers may be included. Tests, benchmarks and examples may use any. What
# stands in include/sonde/bridge is for users who have that library anyway; nothing else of ours includes it.
LIBRARIES = {
    "curl/": ["src/transport/", "src/sdk/"],
    "zlib.h": ["src/transport/", "src/sdk/", "src/query/"],
    "yaml.h": ["src/yaml/"],
    "zstd.h": ["src/transport/", "src/sdk/"],
    "boost/": ["src/transport/", "src/mock_llm/", "include/sonde/bridge/"],
    "grpc/": ["src/transport/"],
    "grpcpp/": ["src/transport/"],
    "protozero/": ["src/otlp/"],
    "simdjson": ["src/otlp/", "src/mock_llm/", "src/store/", "src/query/"],
    "nlohmann/": ["src/genai/", "src/mock_llm/", "src/query/", "src/cli/"],
    "CLI/": ["src/cli/"],
    "duckdb": ["src/store/duckdb/"],
    "google/protobuf": [],
    "opentelemetry/": ["include/sonde/bridge/"],
    "spdlog/": ["include/sonde/bridge/"],
}

LONGEST = 600   # lines; more is an error
LONG = 400      # lines; more is mentioned

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)


def is_test(path):
    return path.startswith(("tests/", "bench/")) or re.search(r"_test[._]|_bench\.|_fuzz\.|\.test\.|/testing/", path)


def listed_files():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).is_file()]


def library_of(name):
    return next((library for library in LIBRARIES if name.startswith(library)), None)


def check_folder(path, name, target):
    """The finding, if any, about `path` including `name`, which is the project's header `target`."""
    if path.startswith("include/") and not target.startswith("include/sonde/"):
        return f'a public header includes "{name}"; it may include public headers only'
    if path.startswith("examples/") and target.startswith("src/"):
        return f'an example includes "{name}"; a user has the headers of include/sonde only'
    if not path.startswith("src/") or not target.startswith("src/"):
        return None
    folder, other = path.split("/")[1], target.split("/")[1]
    if folder not in MAY_INCLUDE:
        return f"src/{folder} is not in the table of scripts/checks/dependencies.py"
    if folder == other or other in MAY_INCLUDE[folder] or target[len("src/"):] in MAY_INCLUDE[folder]:
        return None
    allowed = ", ".join(sorted(MAY_INCLUDE[folder])) or "nothing"
    return f'src/{folder} includes "{name}"; beside itself it may include: {allowed}'


def check_library(path, name, library):
    """The finding, if any, about `path` including `name`, a header of a third party's library."""
    if path.startswith("include/") and not path.startswith("include/sonde/bridge/"):
        return f"a public header includes <{name}>; a user of the SDK need not have that library"
    if any(path.startswith(folder) for folder in LIBRARIES[library]):
        return None
    return f"<{name}> may be included in: {', '.join(LIBRARIES[library]) or 'tests only'}"


def resolve(path, name):
    """The project's header that `path` means by `name`, or None if it is not ours."""
    candidates = [f"include/{name}", f"src/{name}", f"{pathlib.PurePosixPath(path).parent}/{name}"]
    return next((candidate for candidate in candidates if (ROOT / candidate).is_file()), None)


def same_folder(path, other):
    return pathlib.PurePosixPath(path).parent == pathlib.PurePosixPath(other).parent


class Includes:
    """What each file includes: (name, the project's header or None) in the order of the file."""

    def __init__(self):
        self._of, self._leaks = {}, {}

    def of(self, path):
        if path not in self._of:
            names = INCLUDE.findall((ROOT / path).read_text(encoding="utf-8"))
            self._of[path] = [(name, resolve(path, name)) for name in names]
        return self._of[path]

    def leak(self, header):
        """A third-party header that `header` brings along, by itself or through others of its folder, if any."""
        if header not in self._leaks:
            self._leaks[header] = None  # for headers that include each other
            own = next((name for name, target in self.of(header) if not target and library_of(name)), None)
            deeper = (self.leak(target) for _, target in self.of(header) if target and same_folder(header, target))
            self._leaks[header] = own or next(filter(None, deeper), None)
        return self._leaks[header]


def check_source(path, includes):
    findings = []
    for name, target in includes.of(path):
        library = library_of(name)
        if target:
            findings.append(check_folder(path, name, target))
            leak = None if same_folder(path, target) or target.startswith("include/") else includes.leak(target)
            if leak and check_library(path, leak, library_of(leak)):
                findings.append(f'"{name}" brings <{leak}> along, which may not be included here')
        elif library and not path.startswith("examples/"):
            findings.append(check_library(path, name, library))
    return [finding for finding in findings if finding]


def main():
    findings, long_files, includes = [], [], Includes()
    for path in listed_files():
        if not path.endswith((".cc", ".h", ".hpp", ".ts", ".tsx", ".py", ".mjs", ".sh", ".css")):
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST and not is_test(path):
            findings.append(f"{path}: {lines} lines; the most is {LONGEST}: split it by what it does")
        elif lines > LONG:
            long_files.append(f"{path} ({lines})")
        if path.endswith((".h", ".hpp")) and "#pragma once" not in text:
            findings.append(f"{path}: has no #pragma once")
        if path.endswith((".cc", ".h", ".hpp")) and not is_test(path):
            findings += [f"{path}: {finding}" for finding in check_source(path, includes)]
    if long_files:
        print(f"deps: over {LONG} lines, worth a look: {', '.join(long_files)}")
    for finding in findings:
        print(f"deps: {finding}")
    sys.exit(1 if findings else 0)


main()
