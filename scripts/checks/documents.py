#!/usr/bin/env python3
"""Checks what documents show and what the tree names.

Every C++ block in README.md and docs/ must stand, line for line, in a file under examples/ or tests/, where it is
compiled and run. No file names the host of a package registry. Links between documents lead somewhere. Every Python block
of the lesson, where that is beside the clone, stands in docs/lesson.md.
"""

import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE_BLOCK = re.compile(r"^```(?:cpp|c\+\+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LESSON = ROOT / "../shared/seed/opentelemetry-integration.md"
LESSON_BLOCK = re.compile(r"^```(?:python|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[^)\s]*)?\)")
# Bracketed so that this file does not name them itself.
REGISTRY_HOST = re.compile(
    r"npm[j]s\.(?:org|com)|pypi\.o[r]g|python[h]osted|(?:deb|security|archive|snapshot)\.debi[a]n\.org"
    r"|proxy\.gola[n]g|crate[s]\.io|repo1?\.mave[n]|nodesourc[e]\.com|ya[r]npkg\.com|ghc[r]\.io")


def listed_files():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).is_file()]


def normalised(code):
    return textwrap.dedent("\n".join(line.rstrip() for line in code.strip("\n").split("\n")))


def stands_in(block, sources):
    """Whether the block's lines follow each other in one of the sources, whatever their common indentation."""
    wanted = block.split("\n")
    for lines in sources:
        for start in range(len(lines) - len(wanted) + 1):
            if normalised("\n".join(lines[start:start + len(wanted)])) == block:
                return True
    return False


def check_document(name, text, sources):
    findings = []
    for match in CODE_BLOCK.finditer(text) if name == "README.md" or name.startswith("docs/") else ():
        block = normalised(match.group(1))
        if not stands_in(block, sources):
            line = text.count("\n", 0, match.start()) + 1
            findings.append(f"{name}:{line}: this C++ stands in no file of examples/ or tests/, so nothing compiles "
                            f"it: {block.splitlines()[0]!r} …")
    for target in LINK.findall(text):
        if not (ROOT / name).parent.joinpath(target).exists():
            findings.append(f"{name}: links to {target}, which does not exist")
    return findings


def check_lesson():
    """The lesson's blocks that docs/lesson.md leaves out."""
    if not LESSON.is_file():
        return []
    shown = normalised((ROOT / "docs/lesson.md").read_text())
    blocks = (normalised(block) for block in LESSON_BLOCK.findall(LESSON.read_text()))
    return [f"docs/lesson.md: lacks the lesson's {block.splitlines()[0]!r} …" for block in blocks if block not in shown]


def main():
    findings, names = check_lesson(), listed_files()
    sources = [(ROOT / name).read_text().split("\n") for name in names
               if name.startswith(("examples/", "tests/")) and name.endswith((".cc", ".h"))]
    for name in names:
        text = (ROOT / name).read_bytes().decode("utf-8", "ignore")
        for number, line in enumerate(text.split("\n"), 1):
            if REGISTRY_HOST.search(line):
                findings.append(f"{name}:{number}: names a package registry's host; let the client's own "
                                "configuration say where packages come from")
        if name.endswith(".md"):
            findings += check_document(name, text, sources)
    for finding in findings:
        print(f"docs: {finding}")
    sys.exit(1 if findings else 0)


main()
