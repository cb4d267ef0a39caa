import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { ModelSummary, ModelTryAnswer } from '../../src/contracts/model-try.ts';
import { modelFile } from '../../src/process/package-files.ts';
import { NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { familyModels } from '../unit/vision/family-models.ts';
import { writeModel } from '../unit/vision/written-model.ts';
import { dialogHasKeyboard } from './dialog-focus.ts';
import { noteFaults } from './page-faults.ts';

/** What the dialog of detectron-infer says about a model and makes of a picture: a real editor, a real browser. */
describe('the model in the dialog of detectron-infer', { timeout: 180_000 }, () => {
  let host: NodeRedHost;
  let own = '';
  const yolo = familyModels.find(({ family }) => family === 'yolov8');

  before(async () => {
    if (buildIsStale()) await build();
    host = await NodeRedHost.start();
    assert.ok(yolo !== undefined);
    own = join(host.userDir, 'foxes.onnx');
    writeFileSync(own, writeModel(yolo));
    writeFileSync(join(host.userDir, 'broken.onnx'), 'no model');
    const wires = [[], []];
    await host.deploy([
      { id: 'shipped', type: 'detectron-infer', name: 'shipped', labels: 'person, unicorn', wires },
      { id: 'wrong', type: 'detectron-infer', name: 'wrong', gate: false, heartbeatSeconds: 99_999, wires },
      { id: 'own', type: 'detectron-infer', name: 'own', model: own, labels: '', wires },
      probe('none'),
    ]);
  });
  after(() => host.stop());

  const ask = (question: string, choice: Record<string, string>, init: RequestInit = {}, sure = true) =>
    fetch(`${host.url}/echosight/detectron-infer/${question}?${new URLSearchParams(choice).toString()}`, {
      ...init,
      headers: {
        ...(sure ? { 'x-requested-with': 'XMLHttpRequest' } : {}),
        'content-type': 'application/octet-stream',
      },
    });

  test('the routes: what a model is, what it sees, and why not', async () => {
    const summary = (await (await ask('model', { model: own })).json()) as ModelSummary;
    assert.deepEqual([summary.family, summary.labels], ['yolov8', ['person', "dog's bone"]]);
    assert.ok(summary.because.length > 0);

    const tried = await ask('try', { model: 'nanodet-g-416', threshold: '0.5' }, { method: 'POST' });
    const seen = (await tried.json()) as ModelTryAnswer;
    assert.equal(tried.status, 200);
    assert.deepEqual(
      seen.objects.map(({ label }) => label),
      ['person'],
    );
    assert.match(seen.picture, /^data:image\/jpeg;base64,/);
    assert.ok(seen.inferenceMs > 0);

    const refused: [choice: Record<string, string>, body: string, code: string][] = [
      [{ model: join(host.userDir, 'broken.onnx') }, '', 'ES_MODEL_INVALID'],
      [{ model: join(host.userDir, 'absent.onnx') }, '', 'ES_MODEL_MISSING'],
      [{ model: 'nanodet-g-416', family: 'yolo99' }, '', 'ES_BAD_CONFIG'],
      [{ model: 'nanodet-g-416', classNames: 'one, two' }, '', 'ES_MODEL_INVALID'],
      [{ model: '${MODEL}' }, '', 'ES_BAD_CONFIG'],
      [{ model: 'nanodet-g-416' }, 'no picture', 'ES_IMAGE_INVALID'],
    ];
    for (const [choice, body, code] of refused) {
      const response = await ask('try', choice, { method: 'POST', body });
      assert.equal(response.status, 422, code);
      const problem = (await response.json()) as { code: string; detail: string };
      assert.equal(problem.code, code);
      assert.notEqual(problem.detail, '');
    }
    const large = await ask(
      'try',
      { model: 'nanodet-g-416' },
      { method: 'POST', body: new Uint8Array(13 * 1024 * 1024) },
    );
    assert.equal(large.status, 413);
    for (const [question, method] of [
      ['model', 'GET'],
      ['try', 'POST'],
    ] as const) {
      assert.equal((await ask(question, { model: own }, { method }, false)).status, 403);
    }
  });

  describe('in a browser', () => {
    let browser: Browser;
    const missing = findBrowser() === undefined ? ['a Chromium (CHROMIUM_PATH)'] : [];
    before(async () => {
      if (missing.length === 0) browser = await launchBrowser();
    });
    after(async () => {
      if (missing.length === 0) await browser.close();
    });

    async function dialog(t: TestContext, node: string, locale = 'en-US'): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1500 }, locale });
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
      await dialogHasKeyboard(page);
      return page;
    }

    /** The folder in SCREENSHOTS, when somebody wants to look. */
    async function look(page: Page, name: string): Promise<void> {
      const folder = process.env.SCREENSHOTS;
      if (folder !== undefined)
        await page
          .locator('.red-ui-tray')
          .last()
          .screenshot({ path: join(folder, `${name}.png`) });
    }

    test('a model of the package is tried on the test picture, and a class that it lacks is named', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t, 'shipped');
      await page.locator('#echosight-model-said', { hasText: 'nanodet-g, 80 classes' }).waitFor();
      await page.locator('#echosight-unknown-labels', { hasText: 'unicorn' }).waitFor();
      assert.equal(await page.locator('#node-input-model').isVisible(), false);
      await page.locator('#node-input-labels').fill('Persn, unicorn');
      await page.locator('#echosight-unknown-labels', { hasText: 'Did you mean person?' }).waitFor();
      await page.locator('#echosight-model-try').click();
      await page.locator('#echosight-model-found img').waitFor();
      assert.match(await page.locator('#echosight-model-found').innerText(), /1 found in \d+ ms.*person \d+ %/s);
      await look(page, 'model-shipped');
    });

    test('the picker tells what is here, its size and licence; what has to be downloaded says how; a file has a path', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t, 'shipped');
      const picker = page.locator('#echosight-model-choice');
      const [here, absent] = [picker.locator('optgroup').nth(0), picker.locator('optgroup').nth(1)];
      await absent.waitFor({ state: 'attached' });
      assert.match((await here.locator('option').first().textContent()) ?? '', /^NanoDet-g.* · 7\.6 MB · Apache-2\.0$/);
      assert.match((await absent.locator('option').first().textContent()) ?? '', / · [\d.]+ MB · [\w.-]+$/);
      assert.ok((await absent.locator('option').count()) > 5);
      await look(page, 'model-picker');

      await picker.focus();
      await picker.selectOption('yolox-s-640');
      const said = page.locator('#echosight-model-said');
      await said.locator('.echosight-problem', { hasText: 'npx echosight models pull yolox-s-640' }).waitFor();
      const path = page.locator('#node-input-model');
      assert.equal(await path.isVisible(), false);
      await picker.selectOption('own');
      assert.equal(await path.isVisible(), true);
      assert.equal(await page.evaluate('document.activeElement.id'), 'node-input-model');
      await path.fill(own);
      await said.getByText('yolov8, 2 classes').waitFor();
      await picker.selectOption('nanodet-g-416');
      await said.getByText('nanodet-g, 80 classes').waitFor();
      await picker.selectOption('own');
      assert.equal(await path.inputValue(), own, 'the path was not lost');
      await page.locator('#node-dialog-ok').click();
      await page.locator('.echosight-form').waitFor({ state: 'detached' });
      assert.equal(await page.evaluate("RED.nodes.node('shipped').model"), own);
    });

    test('sections are folded, tell what is changed in them, and unfold where something is wrong', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t, 'wrong');
      const section = (title: string) => page.locator('details.echosight-section', { hasText: title });
      await page.locator('#node-input-heartbeatSeconds').waitFor();
      assert.equal(await section('When to look').locator('small').textContent(), 'changed: 2');
      assert.equal(await section('Tracking').locator('small').textContent(), '');
      assert.equal(await page.locator('#node-input-loiterSeconds').isVisible(), false);
      await section('Tracking').locator('summary').focus();
      await page.keyboard.press('Enter');
      await page.locator('#node-input-loiterSeconds').fill('60');
      assert.equal(await section('Tracking').locator('small').textContent(), 'changed: 1');
      await look(page, 'model-sections');
    });

    test('a pose model that is not on this machine says how it comes there', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t, 'shipped');
      await page.locator('details.echosight-section', { hasText: 'Poses' }).locator('summary').click();
      const absence = page.locator('#echosight-pose-model-absent');
      await absence.getByText('npx echosight models pull movenet-lightning').waitFor();
      await page.locator('#echosight-pose-model-choice').selectOption('movenet-thunder');
      await absence.getByText('npx echosight models pull movenet-thunder').waitFor();
      await look(page, 'model-pose');
      await page.locator('#echosight-pose-model-choice').selectOption('own');
      await absence.waitFor({ state: 'hidden' });
    });

    test("one's own says why it is what it is; what is chosen in its place counts; a wrong path has words", async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t, 'own', 'de');
      const said = page.locator('#echosight-model-said');
      await said.getByText("yolov8, 2 Klassen (person, dog's bone), Eingabe 64 x 64.").waitFor();
      assert.match(await said.innerText(), /2 labels stand in its metadata/);
      assert.equal(await page.locator('#echosight-model-file').isVisible(), false);
      await page.locator('#echosight-model-known summary').click();
      await page.locator('#node-input-classNames').fill('fox, hen');
      await said.getByText('yolov8, 2 Klassen (fox, hen)').waitFor();
      await page.locator('#echosight-model-file').setInputFiles(modelFile('test-picture.jpg'));
      await page.locator('#echosight-model-found img').waitFor();
      assert.match(await page.locator('#echosight-model-found').innerText(), /1 gefunden.*fox 90 %/s);
      await look(page, 'model-own');
      await page.locator('#node-input-family').selectOption('rf-detr');
      await said.getByText('rf-detr, 2 Klassen').waitFor();
      assert.equal(await page.locator('#echosight-model-found img').count(), 0);
      await page.locator('#echosight-model-try').click();
      await page.locator('#echosight-model-found .echosight-problem').waitFor();
      assert.match(await page.locator('#echosight-model-found').innerText(), /an output "labels"/);
      await look(page, 'model-wrong');
      await page.locator('#node-input-model').fill('/nowhere/foxes.onnx');
      await said.locator('.echosight-problem', { hasText: '/nowhere/foxes.onnx does not exist' }).waitFor();
      const answered = page.waitForResponse((response) => response.url().includes('detectron-infer/try'));
      await page.locator('#echosight-model-try').click();
      await answered;
      await page.locator('#echosight-model-found', { hasText: 'foxes' }).waitFor({ state: 'hidden' });
      assert.equal(await page.locator('#echosight-model-found').innerText(), '', 'it is not said twice');
    });
  });
});
