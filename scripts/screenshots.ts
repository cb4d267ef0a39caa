import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

/** `npm run screenshots`: runs the demo until its first alert and takes the pictures of the README. */
const images = join(import.meta.dirname, '..', 'docs', 'images');
const darkExample = join(import.meta.dirname, '..', 'examples', 'Dashboard', 'Incidents, dark.json');
const firstAlertMs = 120_000;

interface Dialog {
  /** File in docs/images. */
  file: string;
  /** Node of the demo flow. */
  node: string;
  /** What to do in the open dialog first. */
  before?: (page: Page) => Promise<void>;
}

const dialogs: readonly Dialog[] = [
  {
    file: 'rules.png',
    node: 'demo-fuse',
    before: (page) => page.locator('.echosight-rule button').first().click(),
  },
  { file: 'dialog-whatsapp-out.png', node: 'demo-tell' },
  {
    file: 'dialog-camera.png',
    node: 'demo-camera-1',
    before: drawZone,
  },
];

/** Draws a zone on the picture of the demo camera. */
async function drawZone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1600, height: 1560 });
  await page.locator('#echosight-zones summary').click();
  await page.locator('.echosight-picture img:not([hidden])').waitFor();
  await page.locator('[data-tool=add-zone]').click();
  const box = await page.locator('.echosight-picture').boundingBox();
  if (box === null) throw new Error('The picture of the camera is not shown.');
  for (const [x, y] of [
    [0.08, 0.15],
    [0.27, 0.15],
    [0.27, 0.85],
    [0.08, 0.85],
    [0.082, 0.152],
  ] as const) {
    await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
  }
  await page.keyboard.type('Door');
}

/** Opens the dialog of a node, config nodes included, takes its picture and leaves it as it was. */
async function takeDialog(page: Page, { file, node, before }: Dialog): Promise<void> {
  await page.evaluate(
    `RED.nodes.node('${node}')._def.category === 'config' ? RED.editor.editConfig('', RED.nodes.node('${node}').type, '${node}') : RED.editor.edit(RED.nodes.node('${node}'))`,
  );
  await page.locator('.echosight-form').waitFor();
  await before?.(page);
  await sleep(600);
  await page
    .locator('.red-ui-tray')
    .last()
    .screenshot({ path: join(images, file) });
  await page.locator('#node-dialog-cancel:visible, #node-config-dialog-cancel:visible').click();
  await page.locator('.echosight-form').waitFor({ state: 'detached' });
}

async function takeScreenshots(): Promise<void> {
  mkdirSync(images, { recursive: true });
  const data = mkdtempSync(join(tmpdir(), 'sentinel-screenshots-'));
  const demo = startDemo(data);
  const browser = await launchBrowser();
  try {
    const { editor, sandbox, dashboard } = await demo.addresses;
    const page = await browser.newPage({ viewport: { width: 1600, height: 720 } });
    await answers(editor);
    await page.goto(editor);
    await page.locator('#demo-fuse').waitFor();
    await page.locator('#red-ui-palette-container-EchoSight').scrollIntoViewIfNeeded();

    const phone = await browser.newPage({ viewport: { width: 480, height: 980 } });
    await phone.goto(sandbox);
    await phone.getByText('Person and breaking glass').first().waitFor({ timeout: firstAlertMs });
    await phone.locator('img').first().waitFor();
    await phone.screenshot({ path: join(images, 'alert.png') });
    await page.screenshot({ path: join(images, 'flow.png') });

    await page.setViewportSize({ width: 1600, height: 1500 });
    await page.locator('#red-ui-palette-container-EchoSight').scrollIntoViewIfNeeded();
    await sleep(600);
    await page.locator('#red-ui-palette-container-EchoSight').screenshot({ path: join(images, 'palette.png') });

    await page.setViewportSize({ width: 1600, height: 940 });
    for (const dialog of dialogs) await takeDialog(page, dialog);
    await takeDashboard(browser, editor, dashboard);
  } finally {
    await browser.close();
    await demo.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The page of incidents in light, dark and on a phone, with some incidents of which one is acknowledged. */
async function takeDashboard(browser: Browser, editor: string, address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  await page.goto(address);
  await page
    .locator('.es-card')
    .nth(2)
    .waitFor({ timeout: 2 * firstAlertMs });
  await page.locator('.es-card').nth(2).click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.locator('.es-card', { hasText: 'Acknowledged' }).waitFor();
  // One with its sound is whole.
  await page.locator('.es-card').nth(1).click();
  await page.locator('.es-detail audio').first().waitFor();
  await page.mouse.move(0, 0);
  await sleep(1500);
  await page.screenshot({ path: join(images, 'dashboard.png') });

  const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, locale: 'en-GB' });
  await phone.goto(address);
  await phone.locator('.es-card').nth(2).waitFor();
  await sleep(1500);
  await phone.screenshot({ path: join(images, 'dashboard-phone.png') });

  await useDarkTheme(editor);
  await page.reload();
  await page.locator('.es-card').nth(1).click();
  await sleep(1500);
  await page.screenshot({ path: join(images, 'dashboard-dark.png') });
}

interface ThemeNode {
  type: string;
  colors?: object;
}

/** Gives the running demo the colours of the dark example. */
async function useDarkTheme(editor: string): Promise<void> {
  const dark = JSON.parse(readFileSync(darkExample, 'utf8')) as ThemeNode[];
  const colors = dark.find(({ type }) => type === 'ui-theme')?.colors;
  const flow = (await (await fetch(`${editor}/flows`)).json()) as ThemeNode[];
  const changed = flow.map((node) => (node.type === 'ui-theme' ? { ...node, colors } : node));
  const headers = { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'nodes' };
  const response = await fetch(`${editor}/flows`, { method: 'POST', headers, body: JSON.stringify(changed) });
  if (!response.ok) throw new Error(`The dark theme was not taken: ${response.status}`);
  await sleep(1000);
}

/** The address is printed before Node-RED has started. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error(`${url} does not answer.`);
}

interface Addresses {
  editor: string;
  sandbox: string;
  dashboard: string;
}

interface Demo {
  addresses: Promise<Addresses>;
  stop(): Promise<void>;
}

/** `npm start` on a port of its own; it says where everything is. */
function startDemo(data: string): Demo {
  const program = join(import.meta.dirname, 'start', 'main.ts');
  const child = spawn(process.execPath, [program, '--port', '18830', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const addresses = new Promise<Addresses>((resolve, reject) => {
    const found = { editor: '', sandbox: '', dashboard: '' };
    createInterface({ input: child.stdout }).on('line', (line) => {
      found.sandbox ||= /^WhatsApp sandbox +(\S+)/.exec(line)?.[1] ?? '';
      found.editor ||= /^Node-RED editor +(\S+)/.exec(line)?.[1] ?? '';
      found.dashboard ||= /^Dashboard +(\S+)/.exec(line)?.[1] ?? '';
      if (Object.values(found).every((address) => address !== '')) resolve(found);
    });
    void ended.then(() => {
      reject(new Error('The demo ended before it was ready.'));
    });
  });
  return {
    addresses,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

await takeScreenshots();
