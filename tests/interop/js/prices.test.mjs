// Our prices beside those of the package that the table is from: every model of every provider, a spread of usages, and
// times before and after prices changed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { calcPrice } from '@pydantic/genai-prices';

const table = new URL('../../../src/genai/prices/genai-prices.jsonl', import.meta.url);
const [{ source }, ...providers] = readFileSync(table, 'utf8').trim().split('\n').map(JSON.parse);

/** The package's names of the tokens, in the order in which our program reads them. */
const kinds = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'input_audio_tokens',
  'input_image_tokens',
  'output_audio_tokens',
  'output_image_tokens',
  'output_reasoning_tokens',
];

const usages = [
  { input_tokens: 1000, output_tokens: 500 },
  { input_tokens: 1000 },
  { output_tokens: 777 },
  { input_tokens: 0, output_tokens: 0 },
  { input_tokens: 5000, output_tokens: 300, cache_read_tokens: 4000 },
  { input_tokens: 5000, output_tokens: 300, cache_read_tokens: 4000, cache_write_tokens: 900 },
  { input_tokens: 5000, output_tokens: 300, cache_read_tokens: 5000 },
  { input_tokens: 128_001, output_tokens: 9 },
  { input_tokens: 200_000, output_tokens: 9 },
  { input_tokens: 200_001, output_tokens: 9, cache_read_tokens: 100_000 },
  { input_tokens: 2_000_000, output_tokens: 300_000 },
  { input_tokens: 3000, output_tokens: 2000, input_audio_tokens: 1000, output_audio_tokens: 500 },
  { input_tokens: 3000, output_tokens: 2000, input_image_tokens: 1000, output_image_tokens: 500 },
  { input_tokens: 3000, output_tokens: 2000, output_reasoning_tokens: 1500 },
];
const times = ['2024-02-03T00:10:00Z', '2025-06-01T12:00:00Z', '2026-02-01T18:30:00Z', '2026-10-01T03:00:00Z'];

/** The names in a rule that a name of a model may be. */
function namesIn({ equals, starts_with, ends_with, contains, or, and }) {
  if (or || and) return (or ?? and).flatMap(namesIn);
  return [equals, starts_with, ends_with, contains].filter((name) => name !== undefined);
}

/** Also without the provider, as a gateway's answers are priced: the model's name must do then. */
function* cases() {
  for (const { id, models } of providers) {
    for (const model of models) {
      for (const name of new Set([model.id, ...namesIn(model.match)])) {
        for (const time of times) {
          for (const usage of usages) yield { provider: id, name, time, usage };
        }
        yield { provider: '', name, time: times.at(-1), usage: usages[0] };
      }
    }
  }
}

/** Undefined where the package knows no such model. */
const theirs = ({ provider, name, time, usage }) =>
  calcPrice(usage, name, { providerId: provider || undefined, timestamp: new Date(time) })?.total_price;

const same = (a, b) => Math.abs(a - b) <= 1e-12 + 1e-9 * Math.abs(b);

test(`prices are those of ${source}`, () => {
  const all = [...cases()];
  const lines = all.map(({ provider, name, time, usage }) =>
    [provider, name, BigInt(Date.parse(time)) * 1_000_000n, ...kinds.map((kind) => usage[kind] ?? '')].join('\t'),
  );
  const output = execFileSync(process.env.INTEROP_PRICES, { input: lines.join('\n'), maxBuffer: 1 << 28 });
  const ours = output.toString().trim().split('\n');
  assert.equal(ours.length, all.length);

  let priced = 0;
  const different = all.flatMap((each, index) => {
    const price = theirs(each);
    const own = ours[index];
    priced += own !== 'none';
    if (price === undefined ? own === 'none' : same(Number(own), price)) return [];
    return [{ ...each, ours: own, theirs: price }];
  });
  console.log(`${all.length} usages, ${priced} of them priced, ${different.length} otherwise than the package prices them`);
  assert.deepEqual(different.slice(0, 10), []);
  assert.ok(priced > 0.9 * all.length);
});
