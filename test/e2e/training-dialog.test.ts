import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { paneSound, roomTone } from '../../scripts/demo/pane-sound.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { NodeRedHost } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { zipOf } from '../zip-writer.ts';
import { noteFaults } from './page-faults.ts';

function room(seed: number, pane?: number): Buffer {
  const sound = roomTone(2, seed);
  const broken = pane === undefined ? [] : paneSound(pane);
  broken.forEach((sample, index) => {
    const at = 0.4 * 16_000 + index;
    if (at < sound.length) sound[at] = (sound[at] ?? 0) + 0.7 * sample;
  });
  return encodeWav(sound, 16_000);
}

const recordings = [0, 1, 2, 3].flatMap((n) => [
  { name: `danger/${n}.wav`, bytes: room(n + 1, 40 + n) },
  { name: `safe/${n}.wav`, bytes: room(n + 10) },
]);

/** Learning from recordings by hand: a real editor, a real browser, a real training. */
describe('training in the dialog of sentinel-audio-train', { timeout: 600_000 }, () => {
  const hasBrowser = findBrowser() !== undefined;
  let host: NodeRedHost;
  let browser: Browser | undefined;
  let data: string;
  /** The editor, by its language; it is loaded once, which takes a busy machine long. */
  const editors = new Map<string, { page: Page; faults: string[] }>();

  before(async () => {
    if (buildIsStale()) await build();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await NodeRedHost.start();
    const folder = join(data, 'recordings');
    for (const { name, bytes } of recordings) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    writeFileSync(join(folder, 'safe', 'notes.wav'), 'no sound');
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Home', siteId: 'home', dataFolder: join(data, 'site') },
      { id: 'train', type: 'sentinel-audio-train', name: 'train', site: 'site', path: folder, wires: [[], []] },
      { id: 'ears', type: 'audio-classify', name: 'ears', site: 'site', wires: [[]] },
    ]);
    if (hasBrowser) browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function editorIn(language: string, browser: Browser) {
    const known = editors.get(language);
    if (known !== undefined) return known;
    const page = await browser.newPage({ viewport: { width: 1500, height: 1500 } });
    // What comes late on a busy machine comes; what never comes ends here.
    page.setDefaultTimeout(120_000);
    const faults: string[] = [];
    editors.set(language, { page, faults });
    noteFaults(page, faults);
    await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
    await page.goto(host.url);
    await page.locator('.red-ui-flow-node').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    return { page, faults };
  }

  async function dialog(t: TestContext, node: string, language = 'en-US'): Promise<Page | undefined> {
    if (!requirement(t, hasBrowser, 'a Chromium (CHROMIUM_PATH)') || browser === undefined) return undefined;
    const { page, faults } = await editorIn(language, browser);
    t.after(() => {
      assert.deepEqual(faults, []);
    });
    const open = page.locator('.echosight-form');
    if (await open.isVisible()) {
      await page.locator('#node-dialog-cancel').click();
      await open.waitFor({ state: 'detached' });
    }
    await page.evaluate(`RED.editor.edit(RED.nodes.node('${node}'))`);
    await open.waitFor();
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

  test('nothing was learnt yet, which both dialogs say', async (t) => {
    const page = await dialog(t, 'ears');
    if (page === undefined) return;
    await page.locator('#echosight-trained-said', { hasText: 'Nothing was learnt yet' }).waitFor();
    const train = await dialog(t, 'train');
    await train?.locator('#echosight-training', { hasText: 'Nothing has been learnt yet.' }).waitFor();
  });

  test('the folder is learnt from, a zip of the browser as well, and what came of it is shown', async (t) => {
    const page = await dialog(t, 'train');
    if (page === undefined) return;
    const place = page.locator('#echosight-training');
    await place.getByRole('button', { name: 'Train now' }).click();
    await place.getByText('Version 1 is in use').waitFor();
    assert.equal(await place.locator('.echosight-confusion tbody tr').count(), 2);
    assert.match(await place.locator('.echosight-confusion tbody').innerText(), /danger\s+4/);
    await place.getByText('Files that were not used: 1').click();
    assert.match(await place.locator('.echosight-refused').innerText(), /notes\.wav: ./);
    const versions = place.locator('.echosight-versions li');
    await versions
      .first()
      .getByText(/danger: \d+\s?% found/)
      .waitFor();
    assert.match(await versions.first().innerText(), /Version 1.*in use.*8 clips.*danger: \d+\s?% found/s);

    const zip = { name: 'again.zip', mimeType: 'application/zip', buffer: zipOf(recordings) };
    await place.locator('input[type=file]').setInputFiles(zip);
    await place
      .getByText(/Version 2 .*(is in use|was kept)/)
      .first()
      .waitFor();
    await versions.nth(1).waitFor();
    assert.equal(await versions.count(), 2);
    await look(page, 'train');
  });

  test('another version is put to use, none, and the one before', async (t) => {
    const page = await dialog(t, 'train');
    if (page === undefined) return;
    const place = page.locator('#echosight-training');
    const rows = place.locator('.echosight-versions li');
    await rows.nth(1).waitFor();
    const inUse = place.locator('li', { hasText: 'in use' }).locator('strong');
    const [former] = await inUse.allInnerTexts();
    await place.getByRole('button', { name: /^Use version/ }).click();
    await place
      .locator('li', { hasText: 'in use' })
      .filter({ hasNotText: former ?? '' })
      .waitFor();
    await place.getByRole('button', { name: 'Use none' }).click();
    await place.getByText('None is in use').waitFor();
    await place.getByRole('button', { name: 'Go back' }).click();
    await inUse.waitFor();
    assert.notDeepEqual(await inUse.allInnerTexts(), [former]);
    const ears = await dialog(t, 'ears');
    const said = ears?.locator('#echosight-trained-said');
    await said?.filter({ hasText: /^In use: version \d \(.*danger.*\)/ }).waitFor();
    await ears?.locator('#echosight-model-choice').selectOption('yamnet');
    await said?.filter({ hasText: /^Version \d was taught to the model echosight-audio-/ }).waitFor();
  });

  test('a training that is asked for can be cancelled from the first moment, whatever the machine says of the last', async (t) => {
    const page = await dialog(t, 'train');
    if (page === undefined) return;
    const place = page.locator('#echosight-training');
    const [begin, cancel] = ['Train now', 'Cancel'].map((name) => place.getByRole('button', { name }));
    const held = Promise.withResolvers<undefined>();
    await page.route('**/training-begin?*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.locator('#node-input-path').fill('/there/is/none');
    await begin?.click();
    // When the second is there, the first was shown.
    await page.waitForResponse(/\/training\?/);
    await page.waitForResponse(/\/training\?/);
    assert.deepEqual([await begin?.isEnabled(), await cancel?.isVisible()], [false, true]);
    held.resolve(undefined);
    await place.getByText('There is no zip file or folder at the path').waitFor();
    await cancel?.waitFor({ state: 'hidden' });
    await page.unrouteAll();
  });

  test('what cannot be learnt from is said in a sentence, and a training is cancelled', async (t) => {
    const page = await dialog(t, 'train', 'de');
    if (page === undefined) return;
    const place = page.locator('#echosight-training');
    const begin = place.getByRole('button', { name: 'Jetzt trainieren' });
    const path = page.locator('#node-input-path');
    const folder = await path.inputValue();
    await path.fill('/there/is/none');
    await begin.click();
    await place.getByText('There is no zip file or folder at the path').waitFor();
    const text = { name: 'notes.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip at all') };
    await place.locator('input[type=file]').setInputFiles(text);
    await place.getByText('The file is no zip file.').waitFor();
    await look(page, 'train-de');
    // Half a minute of work at the least: nobody presses the button too late.
    for (const n of Array.from({ length: 20 }).keys())
      writeFileSync(join(folder, 'safe', `more-${n}.wav`), encodeWav(roomTone(30, 100 + n), 16_000));
    await path.fill(folder);
    await begin.click();
    await place.locator('progress').waitFor();
    await place.getByRole('button', { name: 'Abbrechen' }).click();
    await place.getByText('Das letzte Training wurde abgebrochen').waitFor();
  });
});
