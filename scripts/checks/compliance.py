#!/usr/bin/env python3
"""Checks docs/compliance.md: every row has a state and says what shows it, and every test that it names exists.

A row is `| feature | state | why |`. A feature that is there ("yes") names at least one test, as ctest names it:
`binary/Suite.Case`, or the name of an add_test(). One that is missing or partly there says why.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "docs/compliance.md"
STATES = {"yes", "partly", "no", "not applicable"}

SONDE_TEST = re.compile(r"sonde_test\(\s*(\w+)\s(.*?)\)", re.DOTALL)
TEST_CASE = re.compile(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
ADD_TEST = re.compile(r"add_test\(\s*NAME\s+(\S+)")
ROW = re.compile(r"^\| (?!feature |---)(.+?) \| (.+?) \| (.*?) ?\|$")
NAMED_TEST = re.compile(r"`([\w.+-]+/[\w./+-]+)`")


def google_tests():
    """binary/Suite.Case of every TEST in the sources that a sonde_test() lists."""
    names = set()
    for listing in ROOT.glob("**/CMakeLists.txt"):
        if "build" in listing.parts or "node_modules" in listing.parts:
            continue
        for binary, arguments in SONDE_TEST.findall(listing.read_text(encoding="utf-8")):
            for source in re.findall(r"[\w/.-]+\.cc\b", arguments):
                path = listing.parent / source
                if path.is_file():
                    names |= {f"{binary}/{suite}.{case}" for suite, case in TEST_CASE.findall(path.read_text())}
    return names


def other_tests():
    """The names of add_test(), and the cases of suites whose files are their names."""
    names = set()
    for listing in (ROOT / "tests").glob("**/CMakeLists.txt"):
        names |= set(ADD_TEST.findall(listing.read_text(encoding="utf-8")))
    for language, pattern in (("js", "*.test.mjs"), ("python", "test_*.py")):
        for path in (ROOT / "tests/interop" / language).glob(pattern):
            names.add(f"interop/{language}/{path.stem}")
    return names


def check(text, tests):
    findings, rows = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        row = ROW.match(line)
        if not row:
            if line.startswith("|") and not re.match(r"\| (feature |---)", line):
                findings.append(f"{PAGE}:{number}: is no row of the form | feature | state | shown by |")
            continue
        rows += 1
        feature, state, shown = row.groups()
        named = NAMED_TEST.findall(shown)
        if state not in STATES:
            findings.append(f"{PAGE}:{number}: '{state}' is none of {', '.join(sorted(STATES))}")
        if state in ("yes", "partly") and not named:
            findings.append(f"{PAGE}:{number}: {feature}: names no test")
        if state != "yes" and not NAMED_TEST.sub("", shown).strip(" ,;."):
            findings.append(f"{PAGE}:{number}: {feature}: does not say why it is '{state}'")
        findings += [f"{PAGE}:{number}: there is no test {name}" for name in named if name not in tests]
    if rows == 0:
        findings.append(f"{PAGE}: holds no row")
    return findings


def main():
    findings = check((ROOT / PAGE).read_text(encoding="utf-8"), google_tests() | other_tests())
    for finding in findings:
        print(f"compliance: {finding}")
    sys.exit(1 if findings else 0)


main()
