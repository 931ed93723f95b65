import { expect, test } from './sonde';
import { sendAgentTrace, sendPlainTrace, sendRagTrace } from './telemetry';

test('an empty store tells how to send data, and shows the first trace by itself', async ({ page, sonde }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible();
  await expect(page.getByText('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1')).toBeVisible();
  await page.getByRole('button', { name: 'Copy the OTLP over HTTP endpoint' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await sendPlainTrace(sonde, 'hello', 'my first span');
  await expect(page.getByRole('row', { name: /my first span/ })).toBeVisible();
});

test('a row says what matters of its trace', async ({ page, sonde }) => {
  await sendAgentTrace(sonde);
  await page.goto('/');
  const row = page.getByRole('row', { name: /POST \/trips/ });
  await expect(row).toContainText('travel-agent +3');
  await expect(row).toContainText('14.3 s');
  await expect(row).toContainText('21');
  await expect(row.getByTitle('2 errors')).toBeVisible();
  await expect(row).toContainText('7,120 → 860');
  await expect(row).toContainText('claude-sonnet-5');
  await expect(row.getByText(/min ago|s ago/)).toHaveAttribute('title', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} /);
});

test('filters narrow the list and stand in the address', async ({ page, sonde }) => {
  await sendRagTrace(sonde);
  await sendAgentTrace(sonde);
  await sendPlainTrace(sonde, 'quick', 'ping', { lasts: 2 });
  await page.goto('/');
  const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
  await expect(rows).toHaveCount(3);

  await page.getByRole('combobox', { name: 'Service' }).selectOption('quick');
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/service=quick/);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(rows).toHaveCount(3);

  await page.getByRole('button', { name: 'Errors only' }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('POST /trips');
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Errors only' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Clear' }).click();

  await page.getByRole('combobox', { name: 'Shortest duration' }).fill('10s');
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/minDuration=10s/);
  await page.getByRole('combobox', { name: 'Shortest duration' }).fill('fast');
  await expect(page.getByRole('combobox', { name: 'Shortest duration' })).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('button', { name: 'Clear' }).click();

  await page.keyboard.press('/');
  await page.keyboard.type('rag_pipe');
  await expect(rows).toHaveCount(1);
  await page.getByRole('searchbox').fill('nothing has this');
  await expect(page.getByRole('heading', { name: 'No trace matches these filters' })).toBeVisible();
});

test('live updates add new traces on top, and stop when switched off', async ({ page, sonde }) => {
  await sendPlainTrace(sonde, 'one', 'first', { ago: 60_000 });
  await page.goto('/');
  const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
  await expect(rows).toHaveCount(1);
  await sendPlainTrace(sonde, 'one', 'second');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('second');

  await page.keyboard.press('r');
  await expect(page.getByRole('button', { name: 'Live' })).toHaveAttribute('aria-pressed', 'false');
  await page.reload();
  await expect(rows).toHaveCount(2);
  let asked = 0;
  page.on('request', (request) => (asked += request.url().includes('/api/sonde/traces') ? 1 : 0));
  // The footer asks every five seconds: between two of those the list would have asked, too.
  await page.waitForResponse(/api\/sonde\/status/);
  await page.waitForResponse(/api\/sonde\/status/);
  expect(asked).toBe(0);
});

test('scrolling loads page after page, and shows every trace once', async ({ page, sonde }) => {
  for (let number = 0; number < 130; number += 1)
    await sendPlainTrace(sonde, 'many', `trace ${number}`, { ago: 1000 * (number + 1) });
  await page.goto('/');
  await expect(page.getByRole('row', { name: /trace 0\b/ })).toBeVisible();
  await page.keyboard.press('j');
  const last = page.getByRole('row', { name: /trace 129\b/ });
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(last).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '131');
});

test('the keyboard moves through the list, opens a trace, and comes back to the same row and filters', async ({
  page,
  sonde,
}) => {
  for (const [number, name] of ['newest', 'middle', 'oldest'].entries())
    await sendPlainTrace(sonde, 'one', name, { ago: 1000 * (number + 1) });
  await page.goto('/?service=one');
  await expect(page.getByRole('row', { name: /newest/ })).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  const middle = page.getByRole('row', { name: /middle/ });
  await expect(middle).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'middle' })).toBeVisible();
  await expect(page.getByRole('treegrid')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\?service=one$/);
  await expect(middle).toHaveAttribute('aria-selected', 'true');
});
