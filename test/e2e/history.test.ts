import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { accessibilityFaults, tooSmall } from './accessibility.ts';
import { happen, overflow, startDashboardHost, turnDark } from './dashboard-host.ts';
import { look } from './look.ts';

const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;

const hourMs = 3_600_000;

describe('the history in a browser', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await startDashboardHost(data, { theme: 'History' });
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Vue|TypeError/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${host.url}/dashboard/history`);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test('says so when nothing happened', async () => {
    await page.getByText('Nothing happened in this time.').waitFor({ timeout: 30_000 });
  });

  test('counts incidents over time, by reason and by camera, and how people answered', async () => {
    const now = Date.now();
    const reasons = ['person', 'person+glass_break', 'gunshot'];
    for (let n = 0; n < 24; n += 1) {
      const startedAt = now - n * 6 * hourMs;
      const reason = reasons[n % 3] ?? '';
      await happen(host.url, {
        ...{ id: `h${n}`, startedAt, updatedAt: startedAt, capturedAt: startedAt, reason, label: reason },
        severity: ([1, 3, 2] as const)[n % 3] ?? 1,
        source: n % 4 === 0 ? 'yard' : 'entrance',
        sources: ['entrance'],
      });
    }
    await page.reload();
    const review = async (id: string, action: string): Promise<void> => {
      const url = `${host.url}/echosight/api/v1/incidents/${id}/reviews`;
      const headers = { 'content-type': 'application/json' };
      await page.waitForFunction(`fetch('/echosight/api/v1/incidents/${id}').then(({ ok }) => ok)`);
      const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ action }) });
      assert.equal(status, 201);
    };
    for (const n of [0, 3, 6, 9, 12]) await review(`h${n}`, 'false-positive');
    await review('h1', 'confirm');
    await page.reload();
    await page.locator('.es-figures').waitFor();
    await page.waitForFunction("document.querySelector('.es-figures dd')?.textContent === '24'", undefined, {
      timeout: 90_000,
    });
    const figures = await page.locator('.es-figures').innerText();
    assert.match(figures, /8 of them alarms/);
    assert.match(figures, /83\s?%[^]*5 of 6 that were looked at/);
    assert.match(figures, /25\s?%[^]*6 of 24/);
    assert.equal(await page.locator('.es-chart').first().locator('li').count(), 7);
    assert.equal(await page.locator('.es-chart').nth(1).locator('li').count(), 24);
    const rows = page.locator('.es-tables section').first().locator('tbody tr');
    assert.match(await rows.first().innerText(), /gunshot|person/);
    assert.match(await page.locator('.es-tables section').nth(1).innerText(), /entrance\s+18[^]*yard\s+6/);
    assert.match(await page.locator('.es-advice').innerText(), /100\s?% of person were false alarms/);
    await page.locator('.es-field select').selectOption('24h');
    await page.waitForFunction("document.querySelector('.es-figures dd')?.textContent === '4'");
    assert.equal(await page.locator('.es-chart').count(), 1, 'hours need no second chart of hours');
    await page.locator('.es-field select').selectOption('30d');
    await page.waitForFunction("document.querySelector('.es-figures dd')?.textContent === '24'");
    await look(page, 'history', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-history'), []);
  });

  test('can be read in the dark', async () => {
    await turnDark(host, page);
    await page.locator('.es-figures').waitFor({ timeout: 30_000 });
    await look(page, 'history-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-history'), []);
  });

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, 'history-phone', { fullPage: true });
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(await tooSmall(page, '.es-page'), []);
    assert.deepEqual(faults, []);
  });
});
