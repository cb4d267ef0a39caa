import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { writeModel } from '../unit/vision/written-model.ts';
import { noteFaults } from './page-faults.ts';

const moveNet = writeModel({
  inputs: [{ name: 'input', type: 'uint8', shape: [1, 192, 192, 3] }],
  outputs: [{ name: 'output', value: { dims: [1, 1, 17, 3], at: {} } }],
});

test(
  'the dialog offers pose models that were added or can be downloaded, and keeps what is chosen',
  { timeout: 120_000 },
  async (t) => {
    if (!requirement(t, findBrowser() !== undefined, 'a Chromium (CHROMIUM_PATH)')) return;
    if (buildIsStale()) await build();
    const host = await NodeRedHost.start();
    t.after(() => host.stop());
    const own = join(host.userDir, 'echosight', 'models', 'own');
    const added = join(own, 'mine.onnx');
    mkdirSync(own, { recursive: true });
    writeFileSync(added, moveNet);
    const node = { type: 'detectron-infer', wires: [[], []] };
    await host.deploy([
      { id: 'look', name: 'look', ...node, pose: true, poseModel: added, posePersons: 2 },
      probe('none'),
    ]);
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1500, height: 1500 } });
    const faults: string[] = [];
    noteFaults(page, faults);
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await page.evaluate("RED.editor.edit(RED.nodes.node('look'))");
    const section = page.locator('details.echosight-section', { hasText: 'Poses' });
    await section.waitFor();
    assert.equal(await section.locator('small').textContent(), 'changed: 3');
    await section.locator('summary').click();
    const picker = page.locator('#echosight-pose-model-choice');
    const path = page.locator('#node-input-poseModel');
    await picker.locator('option', { hasText: 'mine.onnx' }).waitFor({ state: 'attached' });
    assert.deepEqual([await picker.inputValue(), await path.isVisible()], [added, false]);
    const absent = picker.locator('optgroup').nth(1).locator('option');
    assert.match((await absent.first().textContent()) ?? '', /^MoveNet Lightning.* · 9\.4 MB · Apache-2\.0$/);
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined)
      await page
        .locator('.red-ui-tray')
        .last()
        .screenshot({ path: join(folder, 'poses.png') });
    await picker.selectOption('own');
    assert.equal(await path.isVisible(), true);
    await picker.selectOption('movenet-lightning');
    await page.locator('#node-dialog-ok').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate("RED.nodes.node('look').poseModel"), 'movenet-lightning');
    assert.deepEqual(faults, []);
  },
);
