import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { AudioScores } from '../../src/contracts/messages.ts';
import { ModelSource } from '../hosts/model-source.ts';
import { NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { requirement, sharedFile, sharedRequirement } from '../requirements.ts';
import { noteFaults } from './page-faults.ts';

const official = ['models', 'yamnet_classification_tflite_1.tflite'] as const;
const bytes = 4_126_810;
const window = `
  const samples = Float32Array.from({ length: 15600 }, (_, index) => 0.1 * Math.sin(index / 5));
  const payload = { v: 1, kind: 'audio-window', site: 'home', area: 'hall', source: 'hall', capturedAt: Date.now() };
  Object.assign(payload, { seq: 1, sampleRate: 16000, hop: 7680, dbfs: -23, peak: 0.1, record: false });
  return { payload, samples };`;

/** A model that is not here is fetched by the button in the dialog: a real editor, browser, proxy, file and deploy. */
describe('YAMNet by the button in the dialog of audio-classify', { timeout: 600_000 }, () => {
  const hasBrowser = findBrowser() !== undefined;
  let source: ModelSource | undefined;
  let host: NodeRedHost | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    source = await ModelSource.start();
    if (source === undefined || !hasBrowser) return;
    host = await NodeRedHost.start({ ...source.env, ECHOSIGHT_MODELS: '' });
    await host.deploy([
      { id: 'go', type: 'inject', name: 'go', props: [], repeat: '', once: false, wires: [['sound']] },
      { id: 'sound', type: 'function', name: 'sound', func: window, outputs: 1, wires: [['ears']] },
      { id: 'ears', type: 'audio-classify', name: 'ears', wires: [['probe-scores']] },
      probe('scores'),
    ]);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
    page.setDefaultTimeout(120_000);
    noteFaults(page, faults);
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await openDialog();
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
    source?.stop();
    assert.deepEqual(faults, []);
  });

  async function openDialog(): Promise<void> {
    await page.evaluate("RED.editor.edit(RED.nodes.node('ears'))");
    await page.locator('.echosight-form').waitFor();
  }

  function isReady(t: TestContext): boolean {
    return (
      requirement(t, hasBrowser, 'a Chromium (CHROMIUM_PATH)') &&
      requirement(t, source !== undefined, 'openssl') &&
      sharedRequirement(t, ...official)
    );
  }

  const place = (): Locator => page.locator('#echosight-model-download');
  const button = (): Locator => place().getByRole('button', { name: /^Download YAMNet \(4\.1 MB, Apache-2\.0, from / });
  const picker = (): Locator => page.locator('#echosight-model-choice');

  /** Into the folder in SCREENSHOTS, when somebody wants to look. */
  async function look(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder === undefined) return;
    await page
      .locator('.red-ui-tray')
      .last()
      .screenshot({ path: join(folder, `${name}.png`) });
  }

  /** What listened listens on, and the button can be pressed again. */
  async function nothingChanged(): Promise<void> {
    assert.equal(await picker().inputValue(), 'echosight-audio-v1');
    assert.equal(await picker().locator('optgroup').nth(0).locator('option[value=yamnet]').count(), 0);
    assert.equal(await button().isEnabled(), true);
    assert.equal(await place().locator('progress').isVisible(), false);
    const from = Date.now();
    await host?.inject('go');
    await host?.waitFor('scores', ({ payload }) => {
      const { capturedAt, model } = payload as AudioScores;
      return capturedAt >= from && model === 'echosight-audio-v1';
    });
    await page.locator('#echosight-model-runs', { hasText: /^Runs now: echosight-audio-v1,/ }).waitFor();
  }

  test('a server in trouble is asked again, and then it is said which server said what', async (t) => {
    if (!isReady(t) || source === undefined) return;
    let asked = 0;
    source.answer = (_address, response) => {
      asked += 1;
      response.writeHead(asked <= 4 ? 500 : 404).end();
    };
    await button().click();
    await place().getByText('It broke off: the server answers with HTTP 500. Trying again.').waitFor();
    assert.equal(await button().isDisabled(), true);
    const said = place().locator('.echosight-problem');
    await said.waitFor();
    assert.match(
      await said.innerText(),
      /^The model "yamnet" could not be downloaded\. storage\.googleapis\.com: .*HTTP 500.* tfhub\.dev: .*HTTP 404.*--from FILE/,
    );
    await nothingChanged();
    await look('download-500');
  });

  test('another file of the same size is not taken for it', async (t) => {
    if (!isReady(t) || source === undefined) return;
    source.answer = (_address, response) => {
      response.writeHead(200, { 'content-length': bytes }).end(randomBytes(bytes));
    };
    await button().click();
    await place().locator('.echosight-problem', { hasText: 'its SHA-256 is wrong' }).waitFor();
    await nothingChanged();
  });

  test('the official file comes bit by bit, becomes the model, is chosen, deployed and hears', async (t) => {
    if (!isReady(t) || source === undefined || host === undefined) return;
    const file = readFileSync(sharedFile(...official));
    const held = Promise.withResolvers<undefined>();
    source.answer = (_address, response) => {
      response.writeHead(200, { 'content-length': file.length });
      response.write(file.subarray(0, 1_500_000));
      void held.promise.then(() => response.end(file.subarray(1_500_000)));
    };
    await button().click();
    await place().getByText('1.5 of 4.1 MB.').waitFor();
    const bar = await place()
      .locator('progress')
      .evaluate((element) => (element as { value?: number }).value ?? NaN);
    assert.ok(Math.abs(bar - 1.5 / 4.127) < 0.01, `${bar}`);
    assert.equal(await picker().inputValue(), 'echosight-audio-v1');
    await look('download-under-way');
    held.resolve(undefined);
    await place().locator('.echosight-ok', { hasText: 'It is here, whole, and chosen above.' }).waitFor();
    await picker().locator('optgroup[label="On this machine"] option[value=yamnet]').waitFor({ state: 'attached' });
    await page.waitForFunction("document.getElementById('echosight-model-choice').value === 'yamnet'");
    assert.equal(await page.locator('#echosight-model-absent').isVisible(), false);
    await look('download-done');

    await page.locator('#node-dialog-ok').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    await host.deployedBy(async () => {
      await page.locator('#red-ui-header-button-deploy').click();
      await page.getByText('Successfully deployed').waitFor();
    });
    await host.inject('go');
    const { payload } = await host.waitFor(
      'scores',
      (message) => (message.payload as { model?: string }).model === 'yamnet',
    );
    const { scores } = payload as AudioScores;
    assert.ok((scores.glass_break ?? NaN) < 0.6, 'a tone is no broken pane');
    await openDialog();
    await page.locator('#echosight-model-runs', { hasText: /^Runs now: yamnet, [\d.]+ ms for a window/ }).waitFor();
    assert.equal(await picker().inputValue(), 'yamnet');
    assert.equal(await button().count(), 0);
    await look('download-runs');
  });
});
