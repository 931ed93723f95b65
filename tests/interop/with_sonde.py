#!/usr/bin/env python3
"""with_sonde.py COMMAND...: runs the command beside a fresh `sonde serve`, and answers with its exit status.

The server keeps its data in a folder of its own and listens on ports the system chose, which the command finds in
SONDE_OTLP_GRPC (host:port), SONDE_OTLP_HTTP and SONDE_UI (URLs). Afterwards the server is asked to stop with
SIGTERM, and must do so in time and with status 0: a test that passes while the server crashes has not passed.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading

START_SECONDS = 30
STOP_SECONDS = 30


def fail(message):
    sys.exit(f"with_sonde: {message}")


def start(binary, data):
    server = subprocess.Popen(
        [binary, "serve", "--json", "--data", data, "--grpc-port", "0", "--http-port", "0", "--ui-port", "0"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    overdue = threading.Timer(START_SECONDS, server.kill)
    overdue.start()
    try:
        for line in server.stdout:
            event = json.loads(line)
            if event.get("event") == "ready":
                return server, event
    finally:
        overdue.cancel()
    fail(f"{binary} serve ended with {server.wait()} before it was ready, or was not within {START_SECONDS} s")


def stop(server):
    server.terminate()
    try:
        server.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        fail(f"the server did not stop within {STOP_SECONDS} s of SIGTERM")
    if server.returncode != 0:
        fail(f"the server ended with {server.returncode}")


def main():
    root = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
    binary = os.environ.get("SONDE_BIN", os.path.join(root, "build/release/sonde"))
    with tempfile.TemporaryDirectory(prefix="sonde-interop-") as data:
        server, ready = start(binary, data)
        try:
            result = subprocess.run(sys.argv[1:], check=False, env={
                **os.environ,
                "SONDE_BIN": binary,
                "SONDE_OTLP_GRPC": ready["otlpGrpc"],
                "SONDE_OTLP_HTTP": ready["otlpHttp"],
                "SONDE_UI": ready["ui"],
            })
        finally:
            stop(server)
    sys.exit(result.returncode)


main()
