import type { Locator, Page } from '@playwright/test';
import { expect, test } from './sonde';
import { sendAgentTrace, sendHugeTrace, sendLog, sendRagTrace, TraceBuilder } from './telemetry';

const rowsOf = (page: Page): Locator =>
  page
    .getByRole('treegrid')
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') });
const rowOf = (page: Page, name: string | RegExp): Locator => rowsOf(page).filter({ hasText: name });
const panelOf = (page: Page): Locator => page.getByRole('complementary');

test('the waterfall shows the tree with what matters of each span', async ({ page, sonde }) => {
  const traceId = await sendAgentTrace(sonde);
  await page.goto(`/trace/${traceId}`);
  await expect(page.getByRole('heading', { name: 'POST /trips' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('Spans21');
  await expect(rowsOf(page)).toHaveCount(21);
  const chat = rowOf(page, 'chat claude-sonnet-5').first();
  await expect(chat).toContainText('820 → 96');
  await expect(chat).toContainText('2.1 s');
  await expect(chat).toHaveAttribute('aria-level', '3');
  await expect(rowOf(page, 'execute_tool book_hotel')).toContainText('error');
  await expect(rowOf(page, 'SELECT offers').first()).toContainText('inventory-db');
});

test('every bar stands where its span was in time', async ({ page, sonde }) => {
  const trace = new TraceBuilder(Date.now() - 5000);
  const root = trace.span('s', 'whole', 0, 1000);
  trace.span('s', 'second quarter', 250, 500, { parent: root });
  await sonde.send('traces', trace.request());
  await page.goto(`/trace/${trace.traceId}`);
  const barOf = async (name: string) => (await rowOf(page, name).locator('[data-status]').boundingBox())!;
  const whole = await barOf('whole');
  const quarter = await barOf('second quarter');
  expect((quarter.x - whole.x) / whole.width).toBeCloseTo(0.25, 2);
  expect(quarter.width / whole.width).toBeCloseTo(0.25, 2);
});

test('the keyboard walks, opens, collapses and closes', async ({ page, sonde }) => {
  const traceId = await sendAgentTrace(sonde);
  await page.goto(`/trace/${traceId}`);
  await expect(rowsOf(page)).toHaveCount(21);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const agent = rowOf(page, 'invoke_agent');
  await expect(agent).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('o');
  await expect(agent).toHaveAttribute('aria-expanded', 'false');
  await expect(rowsOf(page)).toHaveCount(2);
  await expect(agent).toContainText('Σ 7,120 → 860');
  await page.keyboard.press('ArrowRight');
  await expect(rowsOf(page)).toHaveCount(21);

  await page.keyboard.press('e');
  await expect(rowOf(page, 'execute_tool book_hotel')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(panelOf(page).getByRole('heading', { name: 'execute_tool book_hotel' })).toBeVisible();
  await expect(page).toHaveURL(/span=[0-9a-f]{16}/);
  await page.keyboard.press('k');
  await expect(panelOf(page).getByRole('heading', { name: 'chat claude-sonnet-5' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panelOf(page)).toBeHidden();
  await expect(page).not.toHaveURL(/span=/);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
});

test('a model call is read as the conversation it was', async ({ page, sonde }) => {
  const traceId = await sendAgentTrace(sonde);
  await page.goto(`/trace/${traceId}`);
  await rowOf(page, 'chat claude-sonnet-5').last().click();
  const messages = panelOf(page).getByRole('tabpanel', { name: /Messages/ });
  await expect(messages.getByText('Two days in Lisbon in May')).toBeVisible();
  await expect(messages.getByText('Result of get_weather')).toBeVisible();
  await expect(messages.getByText('Lisbon will be clear at 21 °C')).toBeVisible();
  await expect(panelOf(page)).toContainText('First chunk after420 ms');
  await expect(panelOf(page)).toContainText('2,740 → 512');
});

test('the panel shows attributes of every type, filters them and copies a value', async ({ page, sonde }) => {
  const traceId = await sendRagTrace(sonde);
  await page.goto(`/trace/${traceId}?tab=attributes`);
  await rowOf(page, 'chat gpt-4o-mini').click();
  const attributes = panelOf(page).getByRole('tabpanel', { name: /Attributes/ });
  await expect(attributes.getByTitle('gen_ai.request.temperature (double)')).toBeVisible();
  await expect(attributes.getByTitle('gen_ai.usage.input_tokens (int)')).toBeVisible();
  await expect(attributes.getByText('["stop"]')).toBeVisible();
  await panelOf(page).getByRole('searchbox', { name: 'Filter attributes' }).fill('server.');
  await expect(attributes.getByRole('term')).toHaveCount(2);
  await attributes.getByText('api.example.com').hover();
  await attributes.getByRole('button', { name: 'Copy the value of server.address' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('api.example.com');
});

test('an exception shows its message and stack trace', async ({ page, sonde }) => {
  const traceId = await sendRagTrace(sonde, true);
  await page.goto(`/trace/${traceId}`);
  await rowOf(page, 'chat gpt-4o-mini').click();
  await expect(panelOf(page).getByRole('note')).toHaveText(/upstream answered 429/);
  await panelOf(page)
    .getByRole('tab', { name: /Events/ })
    .click();
  await expect(page).toHaveURL(/tab=events/);
  await expect(panelOf(page).getByText('openai::RateLimitError', { exact: true })).toBeVisible();
  await expect(panelOf(page).getByText('rag::Pipeline::run(std::string_view) pipeline.cc:41')).toBeVisible();
});

test('a link leads to the span it names, and back comes back', async ({ page, sonde }) => {
  const target = new TraceBuilder(Date.now() - 9000);
  const targetSpan = target.span('upstream', 'enqueue', 0, 10, { kind: 4 });
  await sonde.send('traces', target.request());
  const source = new TraceBuilder(Date.now() - 8000);
  source.span('worker', 'process', 0, 10, {
    kind: 5,
    links: [{ traceId: target.traceId, spanId: targetSpan, attributes: [] }],
  });
  await sonde.send('traces', source.request());
  await page.goto(`/trace/${source.traceId}`);
  await rowOf(page, 'process').click();
  await panelOf(page).getByRole('tab', { name: /Links/ }).click();
  await panelOf(page).getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`/trace/${target.traceId}\\?span=${targetSpan}`));
  await expect(panelOf(page).getByRole('heading', { name: 'enqueue' })).toBeVisible();
  await page.goBack();
  await expect(panelOf(page).getByRole('heading', { name: 'process' })).toBeVisible();
});

test('a deep link opens the span, and back closes its panel', async ({ page, sonde }) => {
  const trace = new TraceBuilder(Date.now() - 5000);
  const root = trace.span('s', 'outer', 0, 1000);
  const inner = trace.span('s', 'inner', 250, 500, { parent: root });
  await sonde.send('traces', trace.request());
  await page.goto(`/trace/${trace.traceId}?span=${inner}`);
  await expect(panelOf(page).getByRole('heading', { name: 'inner' })).toBeVisible();
  await expect(rowOf(page, 'inner')).toHaveAttribute('aria-selected', 'true');
  await page.goto(`/trace/${trace.traceId}`);
  await rowOf(page, 'outer').click();
  await expect(panelOf(page)).toBeVisible();
  await page.goBack();
  await expect(panelOf(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/trace/${trace.traceId}$`));
});

test('finding in a trace fades the rest and goes from match to match', async ({ page, sonde }) => {
  const traceId = await sendAgentTrace(sonde);
  await page.goto(`/trace/${traceId}`);
  await expect(rowsOf(page)).toHaveCount(21);
  await page.keyboard.press('/');
  await page.keyboard.type('SELECT * FROM offers');
  await expect(page.getByText('9 found')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 of 9')).toBeVisible();
  await page.keyboard.press('Shift+Enter');
  await expect(page.getByText('9 of 9')).toBeVisible();
  await expect(page).toHaveURL(/find=SELECT/);
});

test('an orphan is shown and says so', async ({ page, sonde }) => {
  const trace = new TraceBuilder(Date.now() - 5000);
  trace.span('s', 'root', 0, 100);
  trace.span('s', 'orphan', 20, 40, { parent: 'aaaaaaaaaaaaaaaa' });
  await sonde.send('traces', trace.request());
  await page.goto(`/trace/${trace.traceId}`);
  await expect(rowOf(page, 'orphan')).toContainText('missing parent');
  await expect(page.getByRole('heading', { name: 'root' })).toBeVisible();
});

test('late spans of a young trace appear by themselves', async ({ page, sonde }) => {
  const trace = new TraceBuilder(Date.now() - 100);
  const root = trace.span('s', 'root', 0, 100);
  await page.goto(`/trace/${trace.traceId}`);
  await expect(page.getByRole('heading', { name: 'This trace is not here yet' })).toBeVisible();
  await sonde.send('traces', trace.request());
  await expect(rowsOf(page)).toHaveCount(1);
  const late = new TraceBuilder(Date.now() - 100, trace.traceId);
  late.span('s', 'late', 10, 20, { parent: root });
  await sonde.send('traces', late.request());
  await expect(rowOf(page, 'late')).toHaveAttribute('aria-level', '2');
});

test('logs of a span stand in its panel', async ({ page, sonde }) => {
  const trace = new TraceBuilder(Date.now() - 5000);
  const spanId = trace.span('docs-assistant', 'work', 0, 100);
  await sonde.send('traces', trace.request());
  await sendLog(sonde, 'index loaded', { traceId: trace.traceId, spanId });
  await page.goto(`/trace/${trace.traceId}?span=${spanId}`);
  await panelOf(page).getByRole('tab', { name: /Logs/ }).click();
  await expect(panelOf(page).getByText('index loaded')).toBeVisible();
});

test('a trace of 30,000 spans opens and scrolls with few rows in the document', async ({ page, sonde }) => {
  test.slow();
  const traceId = await sendHugeTrace(sonde, 30_000);
  await page.goto(`/trace/${traceId}`);
  const tree = page.getByRole('treegrid');
  await expect(tree).toHaveAttribute('aria-rowcount', '30000');
  expect(await rowsOf(page).count()).toBeLessThan(80);
  await page.keyboard.press('j');
  await page.keyboard.press('End');
  await expect(rowsOf(page).last()).toHaveAttribute('aria-rowindex', '30000');
  await expect(rowsOf(page).last()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('O');
  await expect(tree).not.toHaveAttribute('aria-rowcount', '30000');
});
