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
SDK_MAY_USE = {"base", "otlp/writer.h", "otlp/fields.h", "transport/http.h", "transport/http_client.h"}
MAY_INCLUDE = {
    "base": set(),
    "otlp": {"base"},
    "transport": {"base"},
    "sdk": SDK_MAY_USE,
    "genai": SDK_MAY_USE | {"sdk"},
    "normalise": {"base", "otlp"},
    "collector": {"base", "otlp", "transport", "normalise"},
    "store": {"base", "otlp", "normalise"},
    "query": {"base", "otlp", "transport", "store", "normalise"},
    "mock_llm": {"base", "transport"},
    "cli": {"base", "otlp", "transport", "normalise", "collector", "store", "query", "mock_llm", "sdk", "genai"},
}

# Whose headers each library's are, and where they may be included: a path's beginning. Naming a header (".h") lets
# it through to everyone who includes that header, so only what is private to one folder is named so.
LIBRARIES = {
    "curl/": ["src/transport/"],
    "zlib.h": ["src/transport/", "src/base/"],
    "zstd.h": ["src/transport/", "src/base/"],
    "boost/": ["src/transport/", "src/query/", "src/collector/", "src/mock_llm/"],
    "grpc/": ["src/transport/"],
    "grpcpp/": ["src/transport/"],
    "protozero/": ["src/otlp/"],
    "simdjson": ["src/otlp/", "src/mock_llm/", "src/query/"],
    "nlohmann/": ["src/otlp/", "src/mock_llm/", "src/query/", "src/cli/", "src/collector/"],
    "CLI/": ["src/cli/"],
    "duckdb": ["src/store/duckdb/"],
    "google/protobuf": [],  # a test's oracle only
    "opentelemetry/": [],
}
PRIVATE_HEADERS = ("src/store/duckdb/",)  # whose headers nobody outside the folder includes

LONGEST = 600   # lines; more is an error
LONG = 400      # lines; more is mentioned

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def is_test(path):
    return path.startswith("tests/") or re.search(r"(_test|_bench|_fuzz|\.test)\.\w+$|(^|/)testing/", path)


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
    if is_test(path):
        return None
    if path.startswith(("include/", "examples/")):
        return f"{path.split('/')[0]}/ includes <{name}>; a user of the SDK need not have that library"
    if not any(path.startswith(folder) for folder in LIBRARIES[library]):
        places = ", ".join(LIBRARIES[library]) or "tests only"
        return f"<{name}> may be included in: {places}"
    if path.endswith(".h") and not path.startswith(PRIVATE_HEADERS):
        return f"a header includes <{name}>; keep third-party headers in .cc files, behind an interface"
    return None


def check_source(path, text):
    findings = []
    if path.endswith((".h", ".hpp")) and "#pragma once" not in text:
        findings.append("has no #pragma once")
    for _, name in INCLUDE.findall(text):
        candidates = [f"include/{name}", f"src/{name}", f"{pathlib.PurePosixPath(path).parent}/{name}"]
        target = next((candidate for candidate in candidates if (ROOT / candidate).is_file()), None)
        library = library_of(name)
        if target:
            findings.append(None if is_test(path) else check_folder(path, name, target))
        elif library:
            findings.append(check_library(path, name, library))
    return [finding for finding in findings if finding]


def main():
    findings, long_files = [], []
    for path in listed_files():
        if not path.endswith((".cc", ".h", ".hpp", ".ts", ".tsx", ".py", ".mjs", ".sh", ".css")):
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST and not is_test(path):
            findings.append(f"{path}: {lines} lines; the most is {LONGEST}: split it by what it does")
        elif lines > LONG:
            long_files.append(f"{path} ({lines})")
        if path.endswith((".cc", ".h", ".hpp")):
            findings += [f"{path}: {finding}" for finding in check_source(path, text)]
    if long_files:
        print(f"deps: over {LONG} lines, worth a look: {', '.join(long_files)}")
    for finding in findings:
        print(f"deps: {finding}")
    sys.exit(1 if findings else 0)


main()
