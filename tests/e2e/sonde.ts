// A `sonde serve` of a test's own: on free ports, with a data directory that goes when the test ends.

import { test as base, expect, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary = process.env['SONDE_BIN'] ?? fileURLToPath(new URL('../../build/release/sonde', import.meta.url));
const readyMilliseconds = 20_000;

interface Ready {
  otlpHttp: string;
  ui: string;
}

const withScheme = (endpoint: string): string => (endpoint.includes('://') ? endpoint : `http://${endpoint}`);

/** The first line on standard output that says the server is ready; an error if it ends or stays silent. */
async function readReady(server: ChildProcess): Promise<Ready> {
  let messages = '';
  server.stderr?.on('data', (chunk: Buffer) => (messages += chunk.toString()));
  const lines = createInterface({ input: server.stdout! });
  const silence = setTimeout(() => server.kill('SIGKILL'), readyMilliseconds);
  try {
    for await (const line of lines) {
      const event = JSON.parse(line) as Ready & { event: string };
      if (event.event === 'ready') return { otlpHttp: withScheme(event.otlpHttp), ui: withScheme(event.ui) };
    }
  } finally {
    clearTimeout(silence);
  }
  throw new Error(`${binary} serve ended before it was ready:\n${messages}`);
}

export class Sonde {
  #server: ChildProcess | undefined;
  #ready: Ready | undefined;

  constructor(readonly directory: string) {}

  get url(): string {
    return this.#ready!.ui;
  }

  /** Starts the server; again on the ports it had before, if it was stopped. */
  async start(): Promise<void> {
    const portOf = (address: string | undefined): string => (address === undefined ? '0' : new URL(address).port);
    const ports = [
      '--grpc-port',
      '0',
      '--http-port',
      portOf(this.#ready?.otlpHttp),
      '--ui-port',
      portOf(this.#ready?.ui),
    ];
    this.#server = spawn(binary, ['serve', '--json', '--data', this.directory, ...ports]);
    this.#ready = await readReady(this.#server);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }

  /** Sends OTLP/JSON, and fails unless it was taken. */
  async send(signal: 'traces' | 'logs' | 'metrics', request: unknown): Promise<void> {
    const response = await fetch(`${this.#ready!.otlpHttp}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`${signal} refused: ${response.status} ${await response.text()}`);
  }
}

/** What the browser complained of: nothing is expected, apart from requests that a stopped server leaves open. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const expected = /ERR_CONNECTION|ERR_EMPTY_RESPONSE|status of 404/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  return complaints;
}

export const test = base.extend<{ sonde: Sonde; noComplaints: void }>({
  sonde: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'sonde-e2e-'));
    const sonde = new Sonde(directory);
    try {
      await sonde.start();
      await use(sonde);
    } finally {
      await sonde.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
  baseURL: async ({ sonde }, use) => {
    await use(sonde.url);
  },
  noComplaints: [
    async ({ page }, use) => {
      const complaints = complaintsOf(page);
      await use();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
