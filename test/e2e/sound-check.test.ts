import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { SoundServer } from '../hosts/sound-server.ts';
import { requirement } from '../requirements.ts';
import { dialogHasKeyboard } from './dialog-focus.ts';
import { noteFaults } from './page-faults.ts';

/** The button of mic-in that compares quiet with loud: a real editor, a real browser, a microphone without hardware. */
describe('the sound check in the dialog of mic-in', { timeout: 180_000 }, () => {
  let missing: string[] = [];
  let sound: SoundServer;
  let host: NodeRedHost;
  let browser: Browser;

  before(async () => {
    missing = await SoundServer.missing();
    if (findBrowser() === undefined) missing.push('a Chromium (CHROMIUM_PATH)');
    if (missing.length > 0) return;
    if (buildIsStale()) await build();
    sound = await SoundServer.start();
    writeFileSync(join(sound.folder, 'loud.wav'), tone(6, -20));
    host = await NodeRedHost.start(sound.env);
    const mic = { id: 'mic', type: 'mic-in', name: 'hall', device: 'mic0', recorder: 'parec', wires: [[], []] };
    await host.deploy([mic, probe('none')]);
    browser = await launchBrowser();
  });
  after(async () => {
    if (missing.length > 0) return;
    await browser.close();
    await host.stop();
    await sound.stop();
  });

  const languages = [
    {
      language: 'en-US',
      quiet: 'Be quiet for 3 seconds.',
      loud: 'Now clap or speak loudly for 3 seconds.',
      good: /^\s*Good: /,
      rows: ['Noise floor', 'Loud', 'Signal to noise', 'Clipped samples'],
    },
    {
      language: 'de',
      quiet: 'Bitte 3 Sekunden lang still sein.',
      loud: 'Jetzt 3 Sekunden lang klatschen oder laut sprechen.',
      good: /^\s*Gut: /,
      rows: ['Grundrauschen', 'Laut', 'Rauschabstand', 'Abgeschnittene Werte'],
    },
  ];
  for (const { language, quiet, loud, good, rows } of languages) {
    test(`guides and judges, from the keyboard, in ${language}`, async (t) => {
      if (!present(t)) return;
      const { page, faults } = await dialog(language);
      const button = page.locator('#echosight-sound-button');
      await button.focus();
      await page.keyboard.press('Enter');
      const said = page.locator('#echosight-sound-said');
      await said.getByText(quiet).waitFor();
      assert.equal(await said.locator('[role=status]').innerText(), quiet);
      await said.getByText(loud).waitFor();
      const played = sound.play(join(sound.folder, 'loud.wav'));
      await said.locator('dl').waitFor();
      assert.match(await said.locator('.echosight-sound-verdict').innerText(), good);
      assert.deepEqual(await said.locator('dt').allInnerTexts(), rows);
      const [, loudness] = await said.locator('dd').allInnerTexts();
      assert.ok(Math.abs(Number.parseFloat(loudness ?? '') + 20) <= 1, loudness);
      assert.equal(await page.evaluate('document.activeElement.id'), 'echosight-sound-button');
      await played;
      assert.deepEqual(faults, []);
      await page.close();
    });
  }

  test('stands in a dialog whose flow is older than some settings: they show their defaults', async (t) => {
    if (!present(t)) return;
    const { page } = await dialog('en-US');
    assert.equal(await page.locator('#node-input-faultSeconds').inputValue(), '60');
    assert.equal(await page.locator('#node-input-audio').inputValue(), 'analyse');
    assert.equal(await page.locator('.echosight-form .input-error').count(), 0);
    assert.equal(await page.evaluate("RED.nodes.node('mic').valid"), true);
    await page.close();
  });

  test('stops at a second press, and says what is wrong with a device that does not exist', async (t) => {
    if (!present(t)) return;
    const { page, faults } = await dialog('en-US');
    const button = page.locator('#echosight-sound-button');
    const said = page.locator('#echosight-sound-said');
    await button.click();
    await said.getByText('Be quiet').waitFor();
    await button.click();
    await said.getByText('Stopped.').waitFor();
    await page.locator('#node-input-device').fill('attic');
    await button.click();
    await said.getByText('There is no microphone "attic"').waitFor();
    assert.equal((await button.innerText()).trim(), 'Check the sound');
    await page.locator('#node-input-device').fill('${MIC}');
    await page.locator('#node-dialog-cancel').click();
    await button.waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
    await page.close();
  });

  function present(t: TestContext): boolean {
    return requirement(t, missing.length === 0, missing.join(', '));
  }

  /** The dialog of the node, in a page of its own. */
  async function dialog(language: string): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    const faults: string[] = [];
    noteFaults(page, faults);
    await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
    await page.goto(host.url);
    await page.locator('#mic').waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await page.evaluate("RED.editor.edit(RED.nodes.node('mic'))");
    await page.locator('.echosight-form').waitFor();
    await dialogHasKeyboard(page);
    return { page, faults };
  }
});

/** A sine of 440 Hz whose RMS level is so many dB relative to full scale. */
function tone(seconds: number, dbfs: number): Buffer {
  const [rate, peak] = [16_000, Math.SQRT2 * 10 ** (dbfs / 20)];
  const samples = new Float32Array(seconds * rate).map(
    (_, index) => peak * Math.sin((2 * Math.PI * 440 * index) / rate),
  );
  return encodeWav(samples, rate);
}
