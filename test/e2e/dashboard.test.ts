import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { accessibilityFaults, tooSmall } from './accessibility.ts';
import { happen, openIncidents, overflow, startDashboardHost } from './dashboard-host.ts';
import { look } from './look.ts';
import { contrast } from './contrast.ts';
import { Product } from './product.ts';

const require = createRequire(import.meta.url);
const { hashSync } = require('bcryptjs') as { hashSync: (password: string, rounds: number) => string };

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

describe('the incidents of the demo on the dashboard', { timeout: 300_000, skip }, () => {
  test('appear live, with picture, sound and reasons, and what is acknowledged stays so', async (t) => {
    if (!requirement(t, findBrowser() !== undefined, reason)) return;
    const data = temporaryFolder(t);
    let product = await Product.start(data);
    t.after(() => product.kill());
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const url = await product.line(/^Dashboard +(\S+)$/m);
    await product.answers(url);
    const faults = await openIncidents(page, url);

    await page.locator('.es-card', { hasText: 'Person and breaking glass' }).click({ timeout: 120_000 });
    await page
      .locator('.es-card-why', { hasText: /Person seen by entrance at [\d:.]+, score 0/ })
      .first()
      .waitFor();
    const detail = page.locator('.es-detail');
    await detail.getByText('Severity 3 by the rule person+glass_break.').waitFor();
    await detail.locator('tr', { hasText: 'glass break' }).getByText('%').first().waitFor();
    await page.waitForFunction("document.querySelector('.es-picture img')?.naturalWidth > 100");

    const sound = detail.locator('audio').first();
    await sound.waitFor({ timeout: 60_000 });
    await page.waitForFunction("document.querySelector('.es-detail audio').readyState > 0");
    await sound.click({ position: { x: 24, y: 22 } });
    await page.waitForFunction("document.querySelector('.es-detail audio').currentTime > 0.3");

    await page.waitForFunction(`(() => {
      const canvas = document.querySelector('.es-shape canvas');
      if (canvas.width < 200) return false;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 50;
    })()`);
    await detail.locator('.es-shape').first().click();
    await page.waitForFunction("parseFloat(document.querySelector('.es-played').style.left) > 30");
    await look(page, 'incident');
    await detail.locator('.es-picture').first().click();
    await page.locator('.es-viewer img').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.es-viewer img').waitFor({ state: 'detached' });

    const id = await page.locator('.es-card[aria-current]').getAttribute('data-incident');
    await detail.getByRole('button', { name: 'Acknowledge' }).click();
    const card = `.es-card[data-incident="${id}"]`;
    await page.locator(card, { hasText: 'Acknowledged' }).waitFor();
    await page.reload();
    await page.locator(card, { hasText: 'Acknowledged' }).waitFor({ timeout: 30_000 });
    const other = await (await browser.newContext()).newPage();
    await openIncidents(other, url);
    await other.locator(card, { hasText: 'Acknowledged' }).waitFor();

    // When flows stop in good order, Dashboard takes their pages away 300 ms later: only a crash leaves them to us for certain.
    await product.crash();
    await page.getByText('Connection lost, trying again').waitFor({ timeout: 30_000 });
    await page.locator(card).waitFor();
    product = await Product.start(data, [], {}, product.port);
    await page.getByText('Connection lost, trying again').waitFor({ state: 'detached', timeout: 60_000 });
    await page.locator('.es-link-live').waitFor();
    const known = await page.locator('.es-card').count();
    await page.waitForFunction(`document.querySelectorAll('.es-card').length > ${known}`, undefined, {
      timeout: 120_000,
    });
    assert.deepEqual(faults, []);
    assert.equal(await product.interrupt(), 0, product.output);
  });
});

describe('the page of incidents', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let page: Page;
  let faults: string[];
  let base: string;
  let data: string;

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await startDashboardHost(data, { env: { TEST_HTTP_NODE_ROOT: '/red' }, theme: 'Incidents, dark' });
    base = `${host.url}/red`;
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    faults = await openIncidents(page, `${base}/dashboard/incidents`);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test('tells a newcomer what to do', async () => {
    await page.getByText('All quiet').waitFor();
    await page.getByText('Is there a camera?').waitFor();
  });

  test('shows what happens without a reload, and says it to a screen reader', async () => {
    await happen(base, { id: 'first', label: 'Breaking glass' });
    await page.locator('.es-card', { hasText: 'Breaking glass' }).waitFor();
    assert.equal(await page.locator('[aria-live=polite]').first().textContent(), 'New: Alarm, Breaking glass, hall');
  });

  test('is used by keyboard alone', async () => {
    await page.locator('.es-card').focus();
    await page.keyboard.press('Enter');
    await page.locator('#es-title:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.es-card:focus').waitFor();
  });

  test('fits a phone, list and details', async () => {
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(await tooSmall(page, '.es-page'), []);
    await page.locator('.es-card').click();
    await page.locator('#es-title').waitFor();
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(await tooSmall(page, '.es-page'), []);
    await page.getByRole('button', { name: 'Back to the list' }).click();
  });

  test('can be read in the dark', async () => {
    for (const words of [
      '.es-card-label',
      '.es-card-why',
      '.es-card .es-badge',
      '.es-ago',
      '.es-link',
      '.es-field select',
    ]) {
      const ratio = await contrast(page, words);
      assert.ok(ratio >= 4.5, `${words}: ${ratio.toFixed(1)}`);
    }
  });

  test('has nothing that keeps people out, in the list and in the details', async () => {
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
    await page.locator('.es-card').click();
    await page.locator('#es-title').waitFor();
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
    await page.getByRole('button', { name: 'Back to the list' }).click();
  });

  test('filters, keeps the filter over a reload, and takes it back', async () => {
    await happen(base, { id: 'small', label: 'Only a notice', severity: 1 });
    await page.locator('.es-card', { hasText: 'Only a notice' }).waitFor();
    await page.getByLabel('Severity').selectOption({ label: 'Alarms only' });
    await page.locator('.es-card', { hasText: 'Only a notice' }).waitFor({ state: 'detached' });
    await happen(base, { id: 'smaller', label: 'Another notice', severity: 1 });
    await page.reload();
    await page.locator('.es-card', { hasText: 'Breaking glass' }).waitFor();
    assert.equal(await page.locator('.es-card').count(), 1);
    await page.getByLabel('Severity').selectOption({ label: 'All' });
    await page.locator('.es-card', { hasText: 'Another notice' }).waitFor();
  });

  test('finds by words and by place, and what comes meanwhile is found as well', async () => {
    await happen(base, { id: 'cellar', label: 'Somebody in the cellar', area: 'cellar', source: 'cellar camera' });
    await page.getByPlaceholder('Search: words, place, camera').fill('cellar');
    await page.locator('.es-card', { hasText: 'Breaking glass' }).waitFor({ state: 'detached' });
    assert.equal(await page.locator('.es-card').count(), 1);
    await happen(base, { id: 'cellar-2', label: 'Again in the cellar', area: 'cellar', source: 'cellar camera' });
    await page.locator('.es-card', { hasText: 'Again in the cellar' }).waitFor();
    await happen(base, { id: 'upstairs', label: 'Upstairs' });
    await page.getByPlaceholder('Search: words, place, camera').fill('');
    await page.locator('.es-card', { hasText: 'Upstairs' }).waitFor();
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByLabel('Camera or microphone').selectOption('cellar camera');
    await page.locator('.es-card', { hasText: 'Upstairs' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More filters (1)' }).waitFor();
    await look(page, 'filters-phone');
    assert.ok((await overflow(page)) <= 0);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.es-card', { hasText: 'Upstairs' }).waitFor();
  });

  test('Escape closes what a button opened, and the button has the focus again', async () => {
    const more = page.getByRole('button', { name: 'More filters' });
    const view = page.locator('.es-view-button');
    await view.click();
    await page.locator('#es-view select').focus();
    await page.getByLabel('Camera or microphone').focus();
    await page.keyboard.press('Escape');
    await page.locator('.es-more:focus[aria-expanded=false]').waitFor();
    await page.locator('#es-further').waitFor({ state: 'hidden' });
    // The other one is closed from anywhere, but for where Escape has a meaning of its own.
    await page.getByPlaceholder('Search: words, place, camera').focus();
    await page.keyboard.press('Escape');
    await more.focus();
    assert.equal(await view.getAttribute('aria-expanded'), 'true');
    await page.keyboard.press('Escape');
    await page.locator('.es-view-button:focus[aria-expanded=false]').waitFor();
    await page.locator('#es-view').waitFor({ state: 'detached' });
  });

  test('does not take away under the hand what was just reviewed', async () => {
    const box = page.getByLabel('Not reviewed only');
    await box.check();
    await page.locator('.es-card', { hasText: 'Another notice' }).click();
    await page.locator('.es-detail').getByRole('button', { name: 'False alarm' }).click();
    await page.locator('.es-state-text', { hasText: 'False alarm' }).waitFor();
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await page.locator('.es-card', { hasText: 'Another notice' }).waitFor();
    await box.uncheck();
    await box.check();
    await page.locator('.es-card', { hasText: 'Another notice' }).waitFor({ state: 'detached' });
    await box.uncheck();
  });

  test('is dismissed, held and annotated, and says so', async () => {
    await page.locator('.es-card', { hasText: 'Again in the cellar' }).click();
    const detail = page.locator('.es-detail');
    await detail.getByRole('button', { name: 'Hold' }).click();
    await detail.getByText('Held', { exact: true }).waitFor();
    await detail.getByRole('button', { name: 'Release' }).waitFor();
    await detail.getByRole('button', { name: 'Note' }).click();
    await detail.getByPlaceholder('What you know of it').fill('It was the plumber');
    await detail.getByRole('button', { name: 'Save the note' }).click();
    await detail.locator('.es-note', { hasText: 'It was the plumber' }).waitFor();
    await detail.getByRole('button', { name: 'Dismiss' }).click();
    await detail.locator('.es-state-text', { hasText: 'Dismissed' }).waitFor();
    await look(page, 'answers-phone');
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
    await detail.getByRole('button', { name: 'Release' }).click();
    await detail.getByText('Held', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Back to the list' }).click();
  });

  test('loads older ones, and nothing jumps when somebody reads further down', async () => {
    const dayAgo = Date.now() - 86_400_000;
    for (let n = 0; n < 35; n++) await happen(base, { id: `old-${n}`, startedAt: dayAgo - n * 1000 });
    // What comes after the list was asked for is live, and nothing would be left to load.
    await page.waitForFunction(`fetch('${base}/echosight/api/v1/incidents/old-34').then(({ ok }) => ok)`);
    await page.reload();
    await page.locator('.es-card').first().waitFor();
    await page.waitForFunction(`(() => {
      window.scrollTo(0, document.documentElement.scrollHeight);
      return document.querySelector('[data-incident=old-34]') !== null;
    })()`);
    const place = (): Promise<number> =>
      page.evaluate<number>("document.querySelector('[data-incident=old-34]').getBoundingClientRect().top");
    const was = await place();
    await happen(base, { id: 'meanwhile', label: 'Came meanwhile' });
    await page.getByRole('button', { name: '1 new incident' }).waitFor();
    assert.equal(await place(), was);
    await page.getByRole('button', { name: '1 new incident' }).click();
    await page.locator('.es-card', { hasText: 'Came meanwhile' }).waitFor();
    await page.waitForFunction('window.scrollY === 0');
  });

  test('shows markup as text', async () => {
    await happen(base, { id: 'hostile', label: '<img src=x onerror="window.hostile=1">', area: '{{ 7 * 7 }}' });
    await page.locator('.es-card', { hasText: '<img src=x' }).waitFor();
    await page.locator('.es-card', { hasText: '{{ 7 * 7 }}' }).waitFor();
    assert.equal(await page.evaluate('window.hostile'), undefined);
  });

  test('speaks German where the browser does', async (t) => {
    const context = await browser.newContext({ locale: 'de-DE' });
    t.after(() => context.close());
    const german = await context.newPage();
    await openIncidents(german, `${base}/dashboard/incidents`);
    await german.getByText('Nur nicht geprüfte').waitFor();
    await german.locator('.es-badge', { hasText: 'Hinweis' }).first().waitFor();
  });

  test('tries again when the network is gone, and gets what it missed', async (t) => {
    t.after(() => page.context().setOffline(false));
    await page.context().setOffline(true);
    await page.getByText('Connection lost, trying again').waitFor();
    await page.locator('.es-card').first().click();
    await page.locator('.es-detail').getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('That was not saved').waitFor();
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await happen(base, { id: 'missed', label: 'While offline' });
    await page.context().setOffline(false);
    await page.locator('.es-card', { hasText: 'While offline' }).waitFor();
    await page.getByText('Connection lost, trying again').waitFor({ state: 'detached' });
  });

  test('says in words why it shows nothing', async (t) => {
    const foreign = await browser.newPage({ extraHTTPHeaders: { 'x-forwarded-for': '192.0.2.1' } });
    t.after(() => foreign.close());
    await foreign.goto(`${base}/dashboard/incidents`);
    await foreign.getByText('Set httpNodeAuth in the settings file').waitFor();
  });

  test('went without a fault in the browser', () => {
    assert.deepEqual(faults, []);
  });
});

describe('the page of incidents behind a login', { timeout: 120_000, skip }, () => {
  test('works for who has it, with the settings that we ship', async (t) => {
    if (!requirement(t, findBrowser() !== undefined, reason)) return;
    if (buildIsStale()) await build();
    const data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const TEST_LOGIN = `house:${hashSync('right', 4)}`;
    const host = await startDashboardHost(data, { env: { TEST_LOGIN, TEST_SECURED: '1' } });
    const browser = await launchBrowser();
    t.after(async () => {
      await browser.close();
      await host.stop();
      rmSync(data, { recursive: true, force: true });
    });
    const context = await browser.newContext({ httpCredentials: { username: 'house', password: 'right' } });
    const page = await context.newPage();
    await openIncidents(page, `${host.url}/dashboard/incidents`);
    const login = `Basic ${Buffer.from('house:right').toString('base64')}`;
    await happen(host.url, { id: 'behind-login', label: 'Behind a login' }, login);
    await page.locator('.es-card', { hasText: 'Behind a login' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Acknowledged by house').waitFor();
  });
});
