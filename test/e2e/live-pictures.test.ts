import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { root } from '../../scripts/build/paths.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { contrast } from './contrast.ts';
import { openIncidents, overflow, startDashboardHost } from './dashboard-host.ts';

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

const address = join(root, 'scripts', 'demo', 'demo-clip.mp4');
const yard = {
  ...{ name: 'yard', kind: 'zone' },
  points: [
    { x: 0.05, y: 0.3 },
    { x: 0.6, y: 0.3 },
    { x: 0.6, y: 0.95 },
    { x: 0.05, y: 0.95 },
  ],
};
const cameras = [
  { id: 'cam-1', type: 'sentinel-camera', name: 'entrance', site: 'site', area: 'hall', address, zones: [yard] },
  { id: 'cam-2', type: 'sentinel-camera', name: 'garage', site: 'site', area: 'yard', address: '/gone/garage.mp4' },
  { id: 'button', type: 'inject', wires: [['pause']] },
  { id: 'pause', type: 'change', rules: [{ t: 'set', p: 'payload', to: 'pause', tot: 'str' }], wires: [['in-1']] },
  { id: 'in-1', type: 'rtsp-in', camera: 'cam-1', width: 640, rate: 5, x: 200, y: 300, wires: [['look'], [], [], []] },
  { id: 'in-2', type: 'rtsp-in', camera: 'cam-2', width: 640, rate: 5, x: 200, y: 360, wires: [['look'], [], [], []] },
  { id: 'look', type: 'detectron-infer', name: 'look', site: 'site', previewRate: 2, x: 500, y: 300, wires: [[], []] },
  { id: 'lost', type: 'detectron-infer', model: '/gone/lost.onnx', site: 'site', x: 500, y: 460, wires: [[], []] },
  { id: 'idle', type: 'detectron-infer', name: 'idle', site: 'site', x: 500, y: 400, wires: [[], []] },
];

/** The folder in SCREENSHOTS, when somebody wants to look. */
/** What comes by Dashboard's own connection, by polling and by WebSocket. */
function dashboardSocket(page: Page): (string | Buffer)[] {
  const heard: (string | Buffer)[] = [];
  const isIts = (address: string): boolean => address.includes('/socket.io/');
  page.on('websocket', (socket) => {
    if (isIts(socket.url())) socket.on('framereceived', ({ payload }) => heard.push(payload));
  });
  page.on('response', (response) => {
    if (isIts(response.url())) {
      response.text().then(
        (text) => heard.push(text),
        () => undefined,
      );
    }
  });
  return heard;
}

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

describe('live pictures in a browser', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await startDashboardHost(data, { more: cameras.map((node) => ({ ...node })) });
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Counts the live pictures that a page asks for. */
  function counted(page: Page, part: string): () => number {
    let count = 0;
    page.on('request', (request) => {
      if (request.url().includes(part)) count += 1;
    });
    return () => count;
  }

  const quiet = (page: Page, ms: number) => page.waitForTimeout(ms);

  test('in the dialog: the running node, while its section is open, and why there is none', async (t) => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
    t.after(() => page.close());
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
    const asked = counted(page, '/detectron-infer/preview');
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });

    async function open(node: string): Promise<void> {
      await page.evaluate(`RED.editor.edit(RED.nodes.node('${node}'))`);
      const section = page.locator('details:has(#echosight-live)');
      await section.waitFor();
      assert.equal(await section.getAttribute('open'), null);
      await section.locator('summary').click();
    }

    await open('look');
    assert.ok(asked() <= 1, 'nothing before somebody wants to see it');
    const live = page.locator('#echosight-live');
    await live.getByText('entrance, live').waitFor({ timeout: 60_000 });
    await page.waitForFunction("document.querySelector('#echosight-live img').naturalWidth === 640");
    await live.scrollIntoViewIfNeeded();
    await look(page, 'dialog-live');
    await page.locator('#node-dialog-cancel').click();
    await live.waitFor({ state: 'detached' });
    await quiet(page, 1500);
    const before = asked();
    await quiet(page, 2500);
    assert.equal(asked(), before, 'the dialog is closed');

    await open('idle');
    await live.getByText('No frame has come to this node yet.').waitFor();
    assert.match(await live.innerText(), /garage: /, 'and which camera is not connected');
    await look(page, 'dialog-waiting');
    await page.locator('#node-dialog-cancel').click();
    await live.waitFor({ state: 'detached' });

    await open('lost');
    await live.getByText('Nothing is detected: ').waitFor();
    assert.doesNotMatch(await live.innerText(), /garage/, 'its own fault is enough');
    await page.locator('#node-dialog-cancel').click();
    await live.waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
  });

  test('on the dashboard: live, large, offline, not while the tab is hidden, and gone when somebody pauses', async (t) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    t.after(() => page.close());
    const asked = counted(page, '/api/v1/previews/');
    const bySocket = dashboardSocket(page);
    const faults = await openIncidents(page, `${host.url}/dashboard/incidents`);
    const entrance = page.locator('.es-tile', { hasText: 'entrance' });
    await entrance.getByText('Live').waitFor({ timeout: 60_000 });
    await page.waitForFunction("document.querySelector('.es-tile img')?.naturalWidth === 640");
    const first = await entrance.locator('img').getAttribute('src');
    await page.waitForFunction(`document.querySelector('.es-tile img')?.src !== ${JSON.stringify(first)}`);
    const garage = page.locator('.es-tile', { hasText: 'garage' });
    await garage.getByText(/Offline, last seen|Cannot be found/).waitFor({ timeout: 30_000 });
    assert.equal(await garage.locator('img').count(), 0);
    await garage.click();
    const dark = page.locator('.es-viewer');
    await dark.locator('.es-viewer-icon').waitFor();
    assert.match(await dark.locator('.es-viewer-detail').innerText(), /\w/, 'why it is dark');
    assert.match((await dark.getAttribute('aria-label')) ?? '', /^garage/);
    await look(page, 'large-dark');
    await page.keyboard.press('Escape');
    await dark.waitFor({ state: 'hidden' });
    for (const words of ['.es-tile-name', '.es-tile-area', '.es-tile-state']) {
      const ratio = await contrast(page, words);
      assert.ok(ratio >= 4.5, `${words}: ${ratio.toFixed(1)}`);
    }
    await look(page, 'tiles-light');

    await entrance.focus();
    await page.keyboard.press('Enter');
    await page.locator('.es-viewer img').waitFor();
    const large = await page.locator('.es-viewer img').getAttribute('src');
    await page.waitForFunction(`document.querySelector('.es-viewer img')?.src !== ${JSON.stringify(large)}`);
    await look(page, 'tile-large');
    await page.keyboard.press('Escape');
    await page.locator('.es-viewer img').waitFor({ state: 'detached' });

    await page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })");
    await quiet(page, 1500);
    const before = asked();
    await quiet(page, 3000);
    assert.equal(asked(), before, 'nobody can see the tab');
    await page.evaluate('delete document.hidden');
    await entrance.getByText('Live').waitFor();

    assert.ok(bySocket.join('').includes('es-page'), "the page itself comes by Dashboard's own connection");
    for (const what of bySocket) {
      assert.equal(typeof what, 'string', 'no bytes come there');
      assert.doesNotMatch(String(what), /_placeholder|"type":"Buffer"|\/9j\/|ffd8ff/i, 'and no picture as text');
    }

    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok((await overflow(page)) <= 0);
    await look(page, 'tiles-phone');

    await host.inject('button');
    await entrance.getByText('Paused').waitFor({ timeout: 30_000 });
    assert.equal(await entrance.locator('img').count(), 0, 'whoever paused it wants nothing to be seen');
    assert.deepEqual(faults, []);
  });
});
