import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { root } from '../../scripts/build/paths.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { accessibilityFaults, tooSmall } from './accessibility.ts';
import { happen, overflow, startDashboardHost, turnDark } from './dashboard-host.ts';
import { look } from './look.ts';

const clip = join(root, 'scripts', 'demo', 'demo-clip.mp4');
const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;

describe('the page of the system in a browser', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const more = [
      {
        ...{ id: 'camera', type: 'sentinel-camera', site: 'site', name: 'Porch', source: 'porch', area: 'front' },
        ...{ address: 'rtsp://127.0.0.1:9/none' },
      },
      { id: 'ingest', type: 'rtsp-in', camera: 'camera', wires: [[], [], []] },
      { id: 'camera-2', type: 'sentinel-camera', site: 'site', name: 'hall', area: 'inside', address: clip },
      { id: 'ingest-2', type: 'rtsp-in', camera: 'camera-2', width: 640, rate: 5, wires: [['look'], [], []] },
      { id: 'look', type: 'detectron-infer', site: 'site', wires: [[], []] },
    ];
    host = await startDashboardHost(data, { theme: 'System', more });
    page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Vue|TypeError/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${host.url}/dashboard/system`);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test('says which camera does not work, and why', async () => {
    await page.getByText('Something does not work').waitFor({ timeout: 60_000 });
    const row = page.locator('.es-site tr.es-is-fault', { hasText: 'porch' });
    await row.waitFor({ timeout: 60_000 });
    assert.match(await row.innerText(), /Camera, front[^]*refused/i);
    await happen(host.url, { id: 'one' });
    await page.locator('.es-facts-row li.es-is-live', { hasText: /Database\s+works/ }).waitFor();
    await page.locator('.es-facts-row', { hasText: /Alerts\s+none waits/ }).waitFor();
    await page.locator('.es-facts-row li.es-is-live', { hasText: /Storage\s+\S/ }).waitFor();
    assert.match(await page.locator('.es-verdict').innerText(), /Version \d\S* · Node-RED \d\S* · Node\.js \d/);
    const model = page.locator('.es-models li', { hasText: 'works' });
    await model.getByText('judges hall').waitFor({ timeout: 60_000 });
    assert.match(await model.innerText(), /SHA-256 [0-9a-f]{16}… · first used: Today · judges hall/);
    await look(page, 'system', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-system'), []);
  });

  test('has the evidence verified, and says how far that is, what came of it and what does not fit', async () => {
    const check = page.locator('.es-verification');
    const verify = page.getByRole('button', { name: 'Verify now: evidence of Test house' });
    await check.getByText('Never verified').waitFor({ timeout: 60_000 });
    await verify.click();
    await check.getByText('Sound: everything fits').waitFor({ timeout: 60_000 });
    assert.match(await check.innerText(), /by somebody at this machine[^]*Incidents: \d+, files: 0 \(0 byte\)/);
    await look(page, 'system-verified', { fullPage: true });
    // A small house is verified before anybody sees how far it is.
    const underWay = { site: 'home', siteName: 'Test house', state: 'under-way', by: 'ann', startedAt: Date.now() };
    await page.route('**/site/verification', (route) =>
      route.fulfill({ json: { sites: [{ ...underWay, progress: 0.4 }] } }),
    );
    await check.getByText('Being verified').waitFor({ timeout: 60_000 });
    assert.match(await check.innerText(), /40%\s+since .*, by ann/);
    assert.equal(await check.locator('progress').getAttribute('value'), '40');
    assert.ok(await verify.isDisabled());
    await look(page, 'system-verifying', { fullPage: true });
    await page.unroute('**/site/verification');
    const database = new Database(join(data, 'sentinel.db'));
    assert.equal(database.prepare("UPDATE incidents SET label = 'Cat' WHERE id = 'one'").run().changes, 1);
    database.close();
    await check.getByText('Sound: everything fits').waitFor({ timeout: 60_000 });
    await verify.click();
    await check.getByText('Not sound, faults: 1').waitFor({ timeout: 60_000 });
    assert.match(await check.locator('li').innerText(), /incident one\s*It is not what it was/);
    await look(page, 'system-unsound', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-system'), []);
  });

  test('leads to the description of the API and to the metrics', async () => {
    for (const [name, text] of [
      ['HTTP API', 'listIncidents'],
      ['Metrics', 'frames_captured_total'],
    ] as const) {
      const address = await page.getByRole('link', { name }).getAttribute('href');
      const response = await fetch(new URL(address ?? '', host.url));
      assert.equal(response.status, 200, name);
      assert.ok((await response.text()).includes(text), name);
    }
  });

  test('can be read in the dark', async () => {
    await turnDark(host, page);
    await page.locator('.es-site tr.es-is-fault', { hasText: 'porch' }).waitFor({ timeout: 60_000 });
    await look(page, 'system-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-system'), []);
  });

  test('fits a phone, and says so when Node-RED cannot be reached', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, 'system-phone', { fullPage: true });
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(await tooSmall(page, '.es-page'), []);
    await page.context().setOffline(true);
    await page.getByText('The state of the system cannot be loaded').waitFor({ timeout: 30_000 });
    await page.context().setOffline(false);
    await page.getByText('Something does not work').waitFor({ timeout: 30_000 });
    assert.deepEqual(faults, []);
  });
});
