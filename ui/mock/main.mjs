#!/usr/bin/env node
// `node mock/main.mjs`: the stand-in server on the usual ports, filled with samples, for developing the page.
// `node mock/main.mjs serve --json --ui-port 0 ...`: the arguments and the ready line of `sonde serve`, empty, so
// that the browser tests can be tried without the binary (SONDE_BIN=ui/mock/main.mjs).

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillWithSamples } from './samples.mjs';
import { Store } from './store.mjs';

const page = fileURLToPath(new URL('../dist', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const arguments_ = process.argv.slice(2);
const serving = arguments_[0] === 'serve';
const option = (name, otherwise) => {
  const at = arguments_.indexOf(`--${name}`);
  return at < 0 ? otherwise : arguments_[at + 1];
};

const store = new Store();
const endpoints = {};

function answer(response, code, value) {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function answerQuery(response, url) {
  const [, , , what, ...rest] = url.pathname.split('/');
  const name = rest[0] && decodeURIComponent(rest[0]);
  const questions = {
    status: () => store.status(endpoints),
    services: () => ({ services: store.services() }),
    traces: () => (name ? store.trace(name) : store.traces(url.searchParams)),
    logs: () => store.logs(url.searchParams),
    metrics: () => (name ? store.metric(name) : store.metrics()),
  };
  const found = questions[what]?.();
  if (found) answer(response, 200, found);
  else
    answer(response, 404, {
      error: { code: 404, message: name ? `no ${what.replace(/s$/, '')} ${name}` : `no such path ${url.pathname}` },
    });
}

async function servePage(response, pathname) {
  const asked = normalize(join(page, pathname));
  const path = asked.startsWith(page) && extname(asked) ? asked : join(page, 'index.html');
  try {
    const body = await readFile(path);
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': "default-src 'self'",
    });
    response.end(body);
  } catch {
    answer(response, 404, { error: { code: 404, message: `no page at ${pathname}: run npm run build` } });
  }
}

async function receive(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  const body = JSON.parse(text);
  const kinds = { '/v1/traces': 'addTraces', '/v1/logs': 'addLogs', '/v1/metrics': 'addMetrics' };
  store[kinds[request.url]](body);
  answer(response, 200, {});
}

const listen = (server, port) =>
  new Promise((resolve) =>
    server.listen(Number(port), '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)),
  );

endpoints.otlpHttp = await listen(createServer(receive), option('http-port', 4318));
endpoints.otlpGrpc = '127.0.0.1:4317';
endpoints.ui = await listen(
  createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/api/sonde/')) answerQuery(response, url);
    else void servePage(response, url.pathname);
  }),
  option('ui-port', 16686),
);
if (!serving) fillWithSamples(store);
console.log(serving ? JSON.stringify({ event: 'ready', ...endpoints }) : `sample data on ${endpoints.ui}`);
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
