import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { nodeTypes, root } from '../../scripts/build/paths.ts';
import { defaultRules, type Rule } from '../../src/contracts/configs.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';

const demo = JSON.parse(readFileSync(join(root, 'flows/demo.json'), 'utf8')) as FlowNode[];
const env = { ECHOSIGHT_SOURCE_1: '/dev/video99', ECHOSIGHT_SANDBOX_URL: 'http://127.0.0.1:9' };
const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

/** The dialogs, in a real editor with a real browser. */
describe('the editor', { timeout: 180_000, skip }, () => {
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    host = await NodeRedHost.start(env);
    await host.deploy(demo.filter(({ type }) => type !== 'tab'));
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(host.url);
    await page.locator('#demo-fuse').waitFor();
  });
  after(async () => {
    await browser.close();
    await host.stop();
  });

  test('shows every node of the canvas in one category of the palette', async () => {
    const shown = await page.locator('#red-ui-palette-container-EchoSight .red-ui-palette-node').all();
    const types = await Promise.all(shown.map((node) => node.getAttribute('data-palette-type')));
    assert.deepEqual(types.sort(), nodeTypes.filter((type) => !type.startsWith('sentinel-')).sort());
  });

  for (const node of demo.filter(({ type }) => (nodeTypes as string[]).includes(type))) {
    test(`the dialog of ${node.type} shows its settings, and saving them changes nothing`, async () => {
      const before = await settingsOf(node.id);
      await open(node);
      const texts = await page.locator('.echosight-form [data-i18n]').allTextContents();
      const untranslated = texts.filter((text) => /^[\w-]+\.\w+\./.test(text));
      assert.deepEqual(untranslated, []);
      assert.equal(await page.locator('.echosight-form .input-error').count(), 0);
      await save();
      assert.deepEqual(await settingsOf(node.id), before);
    });
  }

  test('a login pasted into the address moves to the credentials and never reaches the flow', async () => {
    const camera = demo.find(({ type }) => type === 'sentinel-camera');
    assert.ok(camera);
    await open(camera);
    await page.locator('#node-config-input-address').fill('rtsp://guard:s3cret-canary@192.0.2.7:554/live');
    assert.equal(await page.locator('#node-config-input-address').inputValue(), 'rtsp://192.0.2.7:554/live');
    assert.equal(await page.locator('#node-config-input-username').inputValue(), 'guard');
    assert.equal(await page.locator('#node-config-input-password').inputValue(), 's3cret-canary');
    assert.equal(await page.locator('#node-config-input-password').getAttribute('type'), 'password');
    await save();
    await page.locator('#red-ui-header-button-deploy').click();
    const exported = await deployedFlow((text) => text.includes('192.0.2.7'));
    assert.ok(!exported.includes('guard') && !exported.includes('s3cret-canary'), 'the flow holds the login');
  });

  test('a wrong setting is marked, with the reason', async () => {
    const ingest = demo.find(({ type }) => type === 'rtsp-in');
    assert.ok(ingest);
    await open(ingest);
    const width = page.locator('#node-input-width');
    await width.fill('20');
    await width.blur();
    await page.locator('#node-input-width.input-error').waitFor();
    await page.locator('#node-dialog-cancel').click();
    await width.waitFor({ state: 'detached' });
  });

  test('rules are added, changed, removed and reset', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    const rows = page.locator('.echosight-rule');
    assert.equal(await rows.count(), defaultRules.length);
    await page.locator('.echosight-rules-row .red-ui-editableList-item-remove').first().click();
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = rows.last();
    await added.locator('.echosight-rule-head select').selectOption('3');
    await added.locator('.echosight-rule-head input[type=text]').fill('Car at night');
    await added.locator('.echosight-condition input[type=text]').fill('car');
    await added.locator('.echosight-condition input[type=number]').first().fill('0.7');
    const sentence = await added.locator('.echosight-rule-sentence').textContent();
    assert.equal(sentence, 'When car is seen (score from 0.7): alarm (3)');
    await save();
    const edited = (await settingsOf(fuse.id)).rules as Rule[];
    assert.deepEqual(edited.slice(0, -1), defaultRules.slice(1));
    assert.deepEqual(edited.at(-1), {
      ...{ id: 'car', enabled: true, severity: 3, label: 'Car at night' },
      all: [{ kind: 'object', label: 'car', minimumScore: 0.7 }],
    });

    await open(fuse);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
    assert.deepEqual((await settingsOf(fuse.id)).rules, defaultRules);
  });

  test('nothing of ours threw', () => {
    assert.deepEqual(faults, []);
  });

  async function open({ id, type }: FlowNode): Promise<void> {
    await page.evaluate(
      `RED.nodes.node('${id}')._def.category === 'config' ? RED.editor.editConfig('', '${type}', '${id}') : RED.editor.edit(RED.nodes.node('${id}'))`,
    );
    await page.locator('.echosight-form').waitFor();
    await page.waitForTimeout(400);
  }

  async function save(): Promise<void> {
    await page.locator('#node-dialog-ok:visible, #node-config-dialog-ok:visible').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    await page.waitForTimeout(300);
  }

  /** What an export of the node would hold. */
  async function settingsOf(id: string): Promise<Record<string, unknown>> {
    const exported = await page.evaluate(
      `JSON.stringify(RED.nodes.createExportableNodeSet([RED.nodes.node('${id}')]))`,
    );
    const [node] = JSON.parse(String(exported)) as Record<string, unknown>[];
    return node ?? {};
  }

  async function deployedFlow(ready: (text: string) => boolean): Promise<string> {
    for (let tries = 0; tries < 50; tries++) {
      const text = await (await fetch(`${host.url}/flows`)).text();
      if (ready(text)) return text;
      await page.waitForTimeout(200);
    }
    return assert.fail('the flow was not deployed');
  }
});
