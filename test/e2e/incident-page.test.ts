import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { accessibilityFaults } from './accessibility.ts';
import { happen, openIncidents, startDashboardHost } from './dashboard-host.ts';
import { keepIncidents, oldIncident } from './kept-incidents.ts';

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;
const hourMs = 3_600_000;
/** So many incidents have been. */
const past = 2000;

describe('a house with a past on the dashboard', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let page: Page;
  let faults: string[];
  let data: string;
  const begun = Date.now() - hourMs;

  before(async () => {
    if (buildIsStale()) await build();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    await keepIncidents(
      data,
      Array.from({ length: past }, (_, n) => ({ incident: oldIncident(n, begun - (n + 1) * hourMs) })),
    );
    browser = await launchBrowser();
    host = await startDashboardHost(data);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    faults = await openIncidents(page, `${host.url}/dashboard/incidents`);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.dataset.incident');
  const focus = async (id: string): Promise<void> => {
    await page.waitForFunction(`document.activeElement.dataset.incident === '${id}'`);
  };

  test('scrolls to its end by itself, and draws no more than what is in sight', async () => {
    await page.locator('.es-card').first().waitFor();
    let most = 0;
    await page.waitForFunction(
      `(() => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        window.mostCards = Math.max(window.mostCards ?? 0, document.querySelectorAll('.es-card').length);
        return document.querySelector('[data-incident=old-${past - 1}]') !== null;
      })()`,
      undefined,
      { timeout: 120_000 },
    );
    most = await page.evaluate<number>('window.mostCards');
    assert.ok(most < 60, `${most} cards in the page`);
    assert.equal(await page.getByRole('button', { name: 'Load older' }).count(), 0);
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
  });

  test('what comes meanwhile moves nothing, and waits to be asked for', async () => {
    await page.locator('[data-incident=old-1990]').focus();
    const place = (): Promise<number> =>
      page.evaluate<number>("document.querySelector('[data-incident=old-1990]').getBoundingClientRect().top");
    const was = await place();
    await happen(host.url, { id: 'meanwhile', label: 'Came meanwhile' });
    await page.getByRole('button', { name: '1 new incident' }).waitFor();
    assert.equal(await place(), was);
    assert.equal(await focused(), 'old-1990');
  });

  test('the keyboard walks through it, and keeps its place however one scrolls', async () => {
    await page.keyboard.press('Home');
    await focus('old-0');
    await page.keyboard.press('j');
    await focus('old-1');
    await page.locator('#es-title', { hasText: /^Incident 1$/ }).waitFor();
    await page.mouse.wheel(0, 40_000);
    await page.locator('[data-incident=old-280]').waitFor();
    assert.equal(await focused(), 'old-1');
    await page.keyboard.press('k');
    await focus('old-0');
    await page.keyboard.press('End');
    await focus(`old-${past - 1}`);
    await page.keyboard.press('k');
    await focus(`old-${past - 2}`);
  });

  test('one letter answers, and the help tells which', async () => {
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys of this page' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page, '.es-key-help'), []);
    await page.keyboard.press('Escape');
    await focus(`old-${past - 2}`);
    await page.keyboard.press('a');
    await page.locator('.es-detail .es-state-text', { hasText: 'Acknowledged' }).waitFor();
    await page.keyboard.press('h');
    await page.locator('.es-detail').getByText('Held', { exact: true }).waitFor();
    await page.keyboard.press('h');
    await page.locator('.es-detail').getByText('Held', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.getByPlaceholder('What you know of it').fill('j, k and a are letters here');
    await page.getByRole('button', { name: 'Save the note' }).click();
    await page.locator('.es-note', { hasText: 'j, k and a are letters here' }).waitFor();
  });

  test('went without a fault in the browser', () => {
    assert.deepEqual(faults, []);
  });
});
