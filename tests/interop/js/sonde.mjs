// What the tests know of the server they run beside: where to send to, and how to read what it keeps.

const address = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the tests through with_sonde.py`);
  return value.replace(/\/$/, '');
};

export const otlpGrpc = `http://${address('SONDE_OTLP_GRPC')}`;
export const otlpHttp = address('SONDE_OTLP_HTTP');

/** What the server answers to a path below /api/sonde. */
export async function read(path) {
  const response = await fetch(`${address('SONDE_UI')}/api/sonde/${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** A span, event or record's attributes as {key: AnyValue}, so that their order does not matter. */
export const byKey = (attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, value]));

/** The SDK's [seconds, nanoseconds] as the API's decimal string. */
export const nanoseconds = ([seconds, rest]) => String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));

/**
 * What the path answers once `isComplete` holds for it, or after ten seconds. For what the client sends without being
 * waited for: its forceFlush() does not wait for a batch that was on its way already.
 */
export async function readWhen(path, isComplete) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const isLate = Date.now() > deadline;
    try {
      const answer = await read(path);
      if (isComplete(answer) || isLate) return answer;
    } catch (error) {
      if (isLate) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
