import type { Page } from '@playwright/test';
import { expect, test } from './sonde';
import { sendAgentTrace, sendLog, sendMetrics } from './telemetry';

test.use({ viewport: { width: 400, height: 800 }, hasTouch: true });

/** Nothing sticks out sideways. */
async function expectToFit(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
}

test('400 pixels: cards, a waterfall with times, and the panel over the whole screen', async ({ page, sonde }) => {
  const traceId = await sendAgentTrace(sonde);
  await page.goto('/');
  const card = page.getByRole('row', { name: /POST \/trips/ });
  await expect(card).toContainText('21 spans');
  await expect(card.getByText('2 errors')).toBeVisible();
  expect((await card.boundingBox())!.height).toBeGreaterThan(60);
  await expectToFit(page);

  await card.tap();
  await expect(page).toHaveURL(new RegExp(traceId));
  const row = page.getByRole('treegrid').getByRole('row', { name: /invoke_agent/ });
  await expect(row).toContainText('14.2 s');
  await expectToFit(page);
  await row.tap();
  const panel = page.getByRole('complementary');
  await expect(panel.getByRole('heading', { name: 'invoke_agent trip-planner' })).toBeVisible();
  const box = (await panel.boundingBox())!;
  expect(box.width).toBeCloseTo(400, 2); // layout is in fractions of pixels
  expect(box.height).toBeCloseTo(800, 2);
  await page.goBack();
  await expect(panel).toBeHidden();
});

test('400 pixels: every page fits', async ({ page, sonde }) => {
  await sendLog(
    sonde,
    'a record with a body that is a good deal longer than four hundred pixels will hold on one line',
  );
  await sendMetrics(sonde);
  for (const path of ['/', '/logs', '/metrics', '/status']) {
    await page.goto(path);
    await expect(page.getByRole('navigation', { name: 'Pages' }).last()).toBeVisible();
    await expectToFit(page);
  }
});
