import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { AudioScores } from '../../src/contracts/messages.ts';
import { NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { noteFaults } from './page-faults.ts';

const table = { classes: { tapping: { max: ['Knock', 'Tap'], threshold: 0.4 } } };
const window = `
  const samples = Float32Array.from({ length: 15600 }, (_, index) => 0.1 * Math.sin(index / 5));
  const payload = { v: 1, kind: 'audio-window', site: 'home', area: 'hall', source: 'hall', capturedAt: Date.now() };
  Object.assign(payload, { seq: 1, sampleRate: 16000, hop: 7680, dbfs: -23, peak: 0.1, record: false });
  return { payload, samples };`;

/** Which sound models there are, which one runs, and the table of classes: a real editor, a real browser. */
describe('the model and the classes in the dialog of audio-classify', { timeout: 300_000 }, () => {
  const hasBrowser = findBrowser() !== undefined;
  let host: NodeRedHost;
  let browser: Browser | undefined;
  before(async () => {
    if (buildIsStale()) await build();
    // A proxy that is not there: as without a network.
    host = await NodeRedHost.start({ HTTPS_PROXY: 'http://127.0.0.1:9' });
    const ears = { type: 'audio-classify', wires: [['probe-scores']] };
    await host.deploy([
      { id: 'go', type: 'inject', name: 'go', props: [], repeat: '', once: false, wires: [['sound']] },
      { id: 'sound', type: 'function', name: 'sound', func: window, outputs: 1, wires: [['ears']] },
      { id: 'ears', name: 'ears', ...ears, mapping: JSON.stringify(table) },
      { id: 'wrong', name: 'wrong', ...ears, mapping: '{"classes": {"x": {"max": ["Unicorn"]}}}' },
      probe('scores'),
    ]);
    if (hasBrowser) browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await host.stop();
  });

  async function dialog(t: TestContext, node: string): Promise<Page | undefined> {
    if (!requirement(t, hasBrowser, 'a Chromium (CHROMIUM_PATH)') || browser === undefined) return undefined;
    const page = await browser.newPage({ viewport: { width: 1500, height: 1400 } });
    const faults: string[] = [];
    noteFaults(page, faults);
    t.after(async () => {
      await page.close();
      assert.deepEqual(faults, []);
    });
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await page.evaluate(`RED.editor.edit(RED.nodes.node('${node}'))`);
    await page.locator('.echosight-form').waitFor();
    return page;
  }

  /** Into the folder in SCREENSHOTS, when somebody wants to look. */
  async function look(page: Page, name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder === undefined) return;
    await page
      .locator('.red-ui-tray')
      .last()
      .screenshot({ path: join(folder, `${name}.png`) });
  }

  test("a class of the user's own is scored and has its threshold", async () => {
    await host.inject('go');
    const { payload } = await host.waitFor(
      'scores',
      (message) => (message.payload as { kind?: string }).kind === 'audio-scores',
    );
    const { scores, thresholds } = payload as AudioScores;
    assert.equal(thresholds.tapping, 0.4);
    assert.ok((scores.tapping ?? NaN) >= 0 && (scores.tapping ?? NaN) < 0.4);
  });

  test('a table that asks for an unknown sound is told under the node', async (t) => {
    const page = await dialog(t, 'wrong');
    if (page === undefined) return;
    const runs = page.locator('#echosight-model-runs');
    await runs.filter({ hasText: 'Does not run: The class "x" needs the sound "Unicorn"' }).waitFor();
    await look(page, 'sound-wrong');
  });

  test('the dialog says which models there are and which one runs', async (t) => {
    const page = await dialog(t, 'ears');
    if (page === undefined) return;
    await host.inject('go');
    const runs = page.locator('#echosight-model-runs');
    await runs.filter({ hasText: /^Runs now: echosight-audio-\S+, [\d.]+ ms for a window/ }).waitFor();
    const picker = page.locator('#echosight-model-choice');
    const path = page.locator('#node-input-model');
    await picker.locator('optgroup').nth(1).waitFor({ state: 'attached' });
    const groups = picker.locator('optgroup');
    assert.equal(await groups.nth(0).getAttribute('label'), 'On this machine');
    assert.match((await groups.nth(1).getAttribute('label')) ?? '', /^To download/);
    assert.equal(await path.isVisible(), false);
    await look(page, 'sound');
    await picker.selectOption('yamnet');
    const absent = (await page.locator('#echosight-model-absent').textContent()) ?? '';
    assert.match(absent, /^Not on this machine yet.*npx echosight models pull yamnet/);
    await look(page, 'sound-yamnet');
    await picker.selectOption('own');
    assert.equal(await path.isVisible(), true);
  });

  test('a button downloads YAMNet, and says what goes wrong', async (t) => {
    const page = await dialog(t, 'ears');
    if (page === undefined) return;
    const button = page.getByRole('button', {
      name: /^Download YAMNet \(4\.1 MB, Apache-2\.0, from storage\.googleapis/,
    });
    await button.waitFor();
    const field = (await page.locator('#echosight-model-choice').boundingBox()) ?? assert.fail();
    const wide = (await button.boundingBox()) ?? assert.fail();
    assert.ok(wide.x + wide.width <= field.x + field.width + 1, 'no wider than its field');
    await button.click();
    await page.getByText(/^0\.0 of 4\.1 MB\. It broke off: .*Trying again\.$/).waitFor({ timeout: 120_000 });
    assert.equal(await button.isDisabled(), true);
    assert.equal(await page.locator('#echosight-model-choice').inputValue(), 'echosight-audio-v1');
    await look(page, 'sound-download');
  });

  test('one choice sets the scores, and a score of its own is a choice of its own', async (t) => {
    const page = await dialog(t, 'ears');
    if (page === undefined) return;
    const sensitivity = page.locator('#echosight-sensitivity');
    const scores = (): Promise<string[]> =>
      Promise.all(
        ['glassBreak', 'gunshot', 'singleFrom'].map((one) => page.locator(`#node-input-${one}`).inputValue()),
      );
    assert.equal(await sensitivity.inputValue(), 'usual');
    await sensitivity.selectOption('calm');
    assert.deepEqual(await scores(), ['0.76', '0.82', '0.88']);
    const section = page.locator('details.echosight-section', { hasText: 'Scores in numbers' });
    assert.equal(await section.locator('small').textContent(), 'changed: 5');
    await section.locator('summary').click();
    await page.locator('#node-input-gunshot').fill('0.9');
    assert.equal(await sensitivity.inputValue(), 'own');
    const levels = page.locator('details.echosight-section', { hasText: 'Loud and quiet' });
    await levels.locator('summary').click();
    await host.inject('go');
    await levels.getByText('Now -23 dBFS.').first().waitFor();
    await look(page, 'sound-scores');
    await sensitivity.selectOption('usual');
    assert.deepEqual(await scores(), ['0.6', '0.7', '0.8']);
  });

  test('the table is offered as shipped, checked, and kept', async (t) => {
    const page = await dialog(t, 'ears');
    if (page === undefined) return;
    const section = page.locator('details.echosight-section', { hasText: 'Sound classes' });
    assert.equal(await section.locator('small').textContent(), 'changed: 1');
    await section.locator('summary').click();
    const field = page.locator('#node-input-mapping');
    assert.deepEqual(JSON.parse(await field.inputValue()), table);
    await field.fill('{"classes":');
    await field.press('End');
    await page.locator('#node-input-mapping.input-error').waitFor();
    await look(page, 'sound-table-fault');
    await page.locator('#echosight-mapping-shipped').click();
    await page.locator('#node-input-mapping:not(.input-error)').waitFor();
    assert.ok('glass_break' in (JSON.parse(await field.inputValue()) as typeof table).classes);
    await look(page, 'sound-table');
    await page.locator('#echosight-mapping-edit').click();
    await page.locator('.red-ui-tray', { hasText: 'JSON editor' }).waitFor();
    await page.locator('#node-dialog-ok').click();
    await field.waitFor();
    await page.locator('#node-dialog-ok').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    const kept = await page.evaluate("RED.nodes.node('ears').mapping");
    assert.ok('gunshot' in (JSON.parse(String(kept)) as { classes: object }).classes);
  });
});
