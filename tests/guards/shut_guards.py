#!/usr/bin/env python3
"""Guards forked children against statics that are half made: no function of the SDK has a static with a guard.

    tests/guards/shut_guards.py LIBRARY...

A static that is made at run time has a guard, which the thread that makes it shuts meanwhile. If another thread forks
then, the child finds it shut for good, and waits for ever when it comes by. sdk/fork.h has Immortal instead. Statics of
threads and those that the compiler makes have no such guard.
"""

import re
import subprocess
import sys

# A guard's mangled name, of a variable local to a function.
GUARD = re.compile(r"\bOBJECT\b.*\s(_ZGVZ\S+)$", re.MULTILINE)


def guards(library):
    symbols = subprocess.run(["readelf", "--symbols", "--wide", library], check=True, stdout=subprocess.PIPE, text=True)
    found = sorted(set(GUARD.findall(symbols.stdout)))
    return subprocess.run(["c++filt"], input="\n".join(found), check=True, stdout=subprocess.PIPE,
                          text=True).stdout.splitlines()


def main():
    found = [f"{library}: {guard}" for library in sys.argv[1:] for guard in guards(library)]
    if found:
        sys.exit("\n".join([*found, "use Immortal of sdk/fork.h: a fork may leave these shut in the child"]))
    print(f"{len(sys.argv) - 1} libraries without a guard")


main()
