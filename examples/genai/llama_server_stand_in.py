#!/usr/bin/env python3
"""Answers POST /completion as llama.cpp's server does, for tests: a few tokens as server-sent events, then the figures.

Prints where it listens as one line of JSON. Refuses an empty prompt, and a request without a traceparent.
"""

import http.server
import json
import signal
import sys

TOKENS = [" there", " was", " a", " span", "."]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/completion" or "traceparent" not in self.headers or not request.get("prompt"):
            return self.answer(400, "application/json", json.dumps({"error": {
                "code": 400, "message": "\"prompt\" must not be empty", "type": "invalid_request_error"}}))
        evaluated = len(request["prompt"].split())
        events = [{"index": 0, "content": token, "tokens": [number], "stop": False, "id_slot": 0,
                   "tokens_predicted": number + 1, "tokens_evaluated": evaluated}
                  for number, token in enumerate(TOKENS)]
        events.append({
            "index": 0, "content": "", "tokens": [], "id_slot": 0, "stop": True, "model": "stories260K.gguf",
            "tokens_predicted": len(TOKENS), "tokens_evaluated": evaluated, "truncated": False, "stop_type": "eos",
            "stopping_word": "", "tokens_cached": evaluated + len(TOKENS) - 1,
            "timings": {"cache_n": 1, "prompt_n": evaluated - 1, "prompt_ms": 2.5, "predicted_n": len(TOKENS),
                        "predicted_ms": 12.5}})
        return self.answer(200, "text/event-stream", "".join(f"data: {json.dumps(event)}\n\n" for event in events))

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
