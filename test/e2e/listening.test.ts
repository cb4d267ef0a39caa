import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { root } from '../../scripts/build/paths.ts';
import { makeWithFfmpeg, soundForms, videoForms } from '../integration/test-streams.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { openIncidents, overflow, startDashboardHost } from './dashboard-host.ts';
import { noteFaults } from './page-faults.ts';

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

/** The demo's pane breaks about once in five seconds. */
const flow = (address: string) => [
  { id: 'cam', type: 'sentinel-camera', name: 'entrance', site: 'site', area: 'hall', address },
  { id: 'in-1', type: 'rtsp-in', camera: 'cam', width: 640, rate: 5, x: 200, y: 300, wires: [[], ['listen'], [], []] },
  { id: 'listen', type: 'audio-classify', name: 'listen', site: 'site', x: 500, y: 300, wires: [[]] },
  { id: 'idle', type: 'audio-classify', name: 'idle', site: 'site', x: 500, y: 400, wires: [[]] },
];

/** The folder in SCREENSHOTS, when somebody wants to look. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

describe('what microphones hear, in a browser', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const clip = join(data, 'pane.mp4');
    const demo = join(root, 'scripts', 'demo', 'demo-clip.mp4');
    await makeWithFfmpeg(['-ss', '6.5', '-t', '5', '-i', demo, ...videoForms.h264, ...soundForms.AAC, clip]);
    const again = join(data, 'panes.mp4');
    await makeWithFfmpeg(['-stream_loop', '50', '-i', clip, '-c', 'copy', again]);
    host = await startDashboardHost(data, { more: flow(again) });
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  test('in the sidebar and in the dialog: level, scores, the highest, and a button that begins it anew', async (t) => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    t.after(() => page.close());
    const faults: string[] = [];
    noteFaults(page, faults);
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/audio-classify/listening?') || request.url().endsWith('/listening')) asked += 1;
    });
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    assert.equal(asked, 0, 'nobody asks before somebody looks');

    await page.evaluate("RED.sidebar.show('echosight-listening')");
    const tab = page.locator('.echosight-listening-sidebar');
    await tab.getByText('entrance', { exact: true }).waitFor({ timeout: 60_000 });
    await page.waitForFunction(
      "/Heard: .*Breaking glass/.test(document.querySelector('.echosight-listening-sidebar')?.innerText ?? '')",
      undefined,
      { timeout: 60_000 },
    );
    const five = /^([^·]+ \d\.\d\d · ){4}[^·]+ \d\.\d\d$/;
    assert.match(await tab.locator('.echosight-ear-top').innerText(), five, 'the five best raw classes');
    await look(page, 'listening-sidebar');
    const glass = tab.locator('.echosight-ear-rows > b').nth(1);
    // The pane is over, so that it is not the highest of what begins anew.
    await page.waitForFunction(
      "/^0\\.[0-3]\\d \\/ 0\\.[89]/.test(document.querySelectorAll('.echosight-ear-rows > b')[1].innerText)",
    );
    await tab.getByRole('button', { name: /entrance/ }).click();
    await page.waitForFunction(
      "/ \\/ 0\\.[0-7]/.test(document.querySelectorAll('.echosight-ear-rows > b')[1].innerText)",
    );
    assert.match(await glass.innerText(), /^0\.\d\d \/ 0\.\d\d$/);

    await page.evaluate("RED.editor.edit(RED.nodes.node('listen'))");
    const section = page.locator('details:has(#echosight-ear)');
    await section.waitFor();
    await section.locator('summary').click();
    const ear = page.locator('#echosight-ear');
    await ear.getByText('entrance', { exact: true }).waitFor();
    await section.scrollIntoViewIfNeeded();
    await look(page, 'listening-dialog');
    await page.locator('#node-dialog-cancel').click();
    await section.waitFor({ state: 'detached' });

    await page.evaluate("RED.editor.edit(RED.nodes.node('idle'))");
    await section.waitFor();
    await section.locator('summary').click();
    await ear.getByText('No sound has come yet.').waitFor();
    await page.locator('#node-dialog-cancel').click();
    await section.waitFor({ state: 'detached' });

    await page.evaluate("RED.sidebar.show('info')");
    await page.waitForTimeout(1200);
    const before = asked;
    await page.waitForTimeout(2000);
    assert.equal(asked, before, 'nobody looks any more');
    assert.deepEqual(faults, []);
  });

  test('on the dashboard: a card beside the cameras, not while the tab is hidden', async (t) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    t.after(() => page.close());
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/microphones')) asked += 1;
    });
    const faults = await openIncidents(page, `${host.url}/dashboard/incidents`);
    const card = page.locator('.es-ear', { hasText: 'entrance' });
    await card.getByText('Heard: Glass').waitFor({ timeout: 60_000 });
    const five = /^([^·]+ \d+\s?% · ){4}[^·]+ \d+\s?%$/;
    const top = card.locator('.es-ear-top');
    assert.match(await top.innerText(), five, 'the five best raw classes');
    assert.match((await top.getAttribute('title')) ?? '', five);
    const { width } = (await top.boundingBox()) ?? assert.fail();
    assert.ok(width <= 236, `${width} pixels wide`);
    await look(page, 'listening-dashboard');
    assert.equal(await card.locator('audio').count(), 0);

    await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })");
    await page.waitForTimeout(1500);
    const before = asked;
    await page.waitForTimeout(2500);
    assert.equal(asked, before, 'nobody can see the tab');
    await page.evaluate('delete document.hidden');

    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok((await overflow(page)) <= 0);
    await look(page, 'listening-phone');
    assert.deepEqual(faults, []);
  });
});
