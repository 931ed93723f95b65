"""The lesson's own code, cut out of its markdown, so that what runs is what a reader would copy."""

import os
import pathlib
import re
import unittest

LESSON = pathlib.Path(__file__).resolve().parents[4] / "shared/seed/opentelemetry-integration.md"
SECTION = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def address(name):
    """An address of the server the tests run beside."""
    if name not in os.environ:
        raise unittest.SkipTest(f"{name} is not set; run the tests through with_sonde.py")
    return os.environ[name]


def code(heading):
    """The Python below a heading of the lesson, up to the next heading."""
    text = LESSON.read_text(encoding="utf-8")
    parts = SECTION.split(text)
    sections = dict(zip(parts[1::2], parts[2::2]))
    blocks = PYTHON_BLOCK.findall(sections[heading])
    if len(blocks) != 1:
        raise ValueError(f"the lesson's section {heading!r} holds {len(blocks)} blocks of Python, not one")
    return blocks[0]


def run(heading, names, **replacements):
    """Executes a section's code in the namespace `names`, which it may read and add to, and returns it."""
    text = code(heading)
    for old, new in replacements.items():
        if old not in text:
            raise ValueError(f"the lesson's section {heading!r} does not name {old!r}")
        text = text.replace(old, new)
    exec(compile(text, f"lesson: {heading}", "exec"), names)  # pylint: disable=exec-used
    return names
