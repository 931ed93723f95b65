import { expect, test } from './sonde';
import { sendAgentTrace, sendLog, sendMetrics, sendPlainTrace, sendRagTrace } from './telemetry';

test('when the server stops the list says so, keeps what it has, and recovers by itself', async ({ page, sonde }) => {
  await sendPlainTrace(sonde, 'one', 'kept');
  await page.goto('/');
  await expect(page.getByRole('row', { name: /kept/ })).toBeVisible();
  await sonde.stop();
  const banner = page.getByRole('alert').filter({ hasText: 'Is sonde serve still running?' });
  await expect(banner).toBeVisible();
  await expect(page.getByRole('row', { name: /kept/ })).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText('Server not reached');
  await sonde.start();
  await expect(banner).toBeHidden();
  await expect(page.getByRole('row', { name: /kept/ })).toBeVisible();
});

test('a page that could not be loaded says why, and can be tried again', async ({ page, sonde }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Live' }).click();
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible();
  await sonde.stop();
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('heading', { name: 'The logs could not be loaded' })).toBeVisible();
  await sonde.start();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'No log records yet' })).toBeVisible();
});

test('the command palette goes to a pasted traceparent, and to pages and services', async ({ page, sonde }) => {
  const traceId = await sendRagTrace(sonde);
  await page.goto('/');
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText(`00-${traceId}-00f067aa0ba902b7-01`);
  await expect(page.getByRole('dialog').getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/trace/${traceId}`));
  await expect(page.getByRole('heading', { name: 'rag_pipeline' })).toBeVisible();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('vector');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?service=vector-store/);

  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('the shortcut sheet opens with ? and closes with Esc', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Waiting for the first span' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Next, previous model call');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('the theme follows the system until chosen, and the choice stays', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/');
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByRole('button', { name: /^Colours: as the system/ }).click();
  await expect.poll(background).toBe(light);
  await page.reload();
  expect(await background()).toBe(light);
  await page.getByRole('button', { name: /^Colours: light/ }).click();
  await expect.poll(background).toBe(dark);
});

test('nothing is asked of any other server', async ({ page, sonde }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(sonde.url).origin) foreign.push(request.url());
  });
  const traceId = await sendAgentTrace(sonde);
  for (const path of ['/', `/trace/${traceId}`, '/logs', '/metrics', '/status'])
    await page.goto(path, { waitUntil: 'load' });
  expect(foreign).toEqual([]);
});

test('logs: newest first, filtered by severity, linked to their trace', async ({ page, sonde }) => {
  const traceId = await sendRagTrace(sonde);
  await sendLog(sonde, 'all is well');
  await sendLog(sonde, 'disk is nearly full', { severityNumber: 13, traceId, spanId: '00f067aa0ba902b7' });
  await page.goto('/logs');
  const records = page.getByRole('row').filter({ hasText: 'docs-assistant' });
  await expect(records).toHaveCount(2);
  await expect(records.first()).toContainText('disk is nearly full');
  await records.first().getByRole('button').click();
  await expect(page.getByRole('term').filter({ hasText: 'attempt' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Least severity' }).selectOption('13');
  await expect(records).toHaveCount(1);
  await records.getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/trace/${traceId}`));
});

test('metrics: each with its last value', async ({ page, sonde }) => {
  await sendMetrics(sonde);
  await page.goto('/metrics');
  await expect(page.getByRole('row', { name: /process\.memory\.usage/ })).toContainText('55.6 MiB');
  await expect(page.getByRole('row', { name: /inference\.duration/ })).toContainText('41 recorded · mean 1.54 s');
  await page.getByRole('button', { name: /input_tokens/ }).click();
  await expect(page.getByText('gen_ai.request.model=gpt-4o-mini')).toBeVisible();
});

test('status: version, data directory and what is kept', async ({ page, sonde }) => {
  await sendAgentTrace(sonde);
  await page.goto('/status');
  const fact = (name: string) =>
    page.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd');
  await expect(fact('Version')).not.toBeEmpty();
  await expect(fact('Spans')).toHaveText('21');
  await expect(page.getByText('Nothing: everything that arrived was kept.')).toBeVisible();
});

test('an address that is no page says so', async ({ page }) => {
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
