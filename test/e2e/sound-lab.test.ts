import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { paneSound, recognisedPane, roomTone } from '../../scripts/demo/pane-sound.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import type { FlowNode, NodeRedHost } from '../hosts/node-red-host.ts';
import { zipOf } from '../zip-writer.ts';
import { accessibilityFaults, tooSmall } from './accessibility.ts';
import { startDashboardHost, turnDark } from './dashboard-host.ts';
import { look } from './look.ts';

const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;

/** A quiet room, in which a pane breaks where a seed is given. */
function room(seconds: number, pane?: number, seed = 1): Buffer {
  const sound = roomTone(seconds, seed);
  const broken = pane === undefined ? [] : paneSound(pane);
  broken.forEach((sample, index) => {
    const at = 0.4 * 16_000 + index;
    if (at < sound.length) sound[at] = (sound[at] ?? 0) + 0.7 * sample;
  });
  return encodeWav(sound, 16_000);
}

describe('the sound lab in a browser', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const ears = { id: 'ears', type: 'audio-classify', site: 'site', wires: [[]] };
    host = await startDashboardHost(data, { theme: 'Sound lab', more: [ears] });
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Vue|TypeError/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${host.url}/dashboard/sound-lab`);
    await page.locator('.es-pill.es-good').nth(1).waitFor({ timeout: 30_000 });
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  function bring(name: string, buffer: Buffer): Promise<void> {
    return page.locator('.es-file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  }

  test('what is dropped is heard, and shown with its spectrogram', async () => {
    await bring('pane.wav', room(4, recognisedPane));
    await page.locator('.es-verdict.es-danger').waitFor();
    assert.match(await page.locator('.es-lab-say').innerText(), /^Danger, \d+\s?% sure$/);
    assert.equal(await page.locator('.es-windows span').count(), 8);
    assert.ok((await page.locator('.es-windows .es-fires').count()) >= 1);
    assert.match(await page.locator('.es-bars li').first().innerText(), /Breaking glass/);
    const colours = await page.waitForFunction<number>(`(() => {
      const canvas = document.querySelector('.es-spectrogram');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) seen.add(data[at] + ',' + data[at + 1] + ',' + data[at + 2]);
      return seen.size > 50 ? seen.size : 0;
    })()`);
    assert.ok((await colours.jsonValue()) > 50, 'something is drawn');
    await look(page, 'sound-lab-danger', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-lab'), []);
    const slider = page.locator('.es-slider input');
    await slider.fill('0.99');
    await page.getByText(/^At 99\s?%: Safe; 0 of 8 windows would have counted\.$/).waitFor();
    assert.equal(await page.locator('.es-windows .es-fires').count(), 0);
    await slider.fill('0.01');
    await page.getByText(/^At 1\s?%: Danger; [1-8] of 8 windows/).waitFor();
    await bring('calm.wav', room(4));
    await page.locator('.es-verdict.es-safe').waitFor();
  });

  test('a silent file that is dropped is told as silence', async () => {
    const silence = encodeWav(new Float32Array(3 * 16_000), 16_000).toString('base64');
    const files = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${silence}'), (letter) => letter.charCodeAt(0));
      const files = new DataTransfer();
      files.items.add(new File([bytes], 'night.wav', { type: 'audio/wav' }));
      return files;
    })()`);
    const drop = page.locator('.es-drop');
    await drop.dispatchEvent('dragover', { dataTransfer: files });
    await page.locator('.es-drop.es-over').waitFor();
    await drop.dispatchEvent('drop', { dataTransfer: files });
    await page.locator('.es-verdict', { hasText: /night\.wav, 3\s?s/ }).waitFor();
    assert.equal(await page.locator('.es-drop.es-over').count(), 0);
    assert.match(await page.locator('.es-lab-say').innerText(), /^\s*Nothing to hear$/);
    assert.match(await page.locator('.es-verdict h2').innerText(), /^\s*Nothing to hear$/);
    assert.equal(await page.locator('.es-verdict .es-soft').count(), 0, 'names of what was not heard');
    await look(page, 'sound-lab-silent', { fullPage: true });
  });

  test('what cannot be heard is said in words, and the last verdict stays', async () => {
    await bring('notes.txt', Buffer.from('these are no sounds'));
    await page.locator('.es-lab-failed').waitFor();
    assert.match(await page.locator('.es-lab-failed').innerText(), /none of the formats/);
    assert.equal(await page.locator('.es-verdict.es-safe').count(), 1);
  });

  test('a zip is learnt from, and its three charts say what they mean', async () => {
    const parts = [0, 1, 2, 3].flatMap((n) => [
      { name: `danger/${n}.wav`, bytes: room(2, 40 + n, n + 1) },
      { name: `safe/${n}.wav`, bytes: room(2, undefined, n + 10) },
    ]);
    await bring('recordings.zip', zipOf([...parts, { name: 'safe/notes.wav', bytes: Buffer.from('no sound') }]));
    await page.locator('.es-chart-dataset').waitFor({ timeout: 120_000 });
    assert.match(await page.locator('.es-chart-dataset').innerText(), /8 clips in 2 classes.*false alarm/s);
    assert.match(await page.locator('.es-chart-history').innerText(), /After \d+ rounds/);
    assert.match(
      await page.locator('.es-confusion').innerText(),
      /Danger\s+Safe\s+Danger\s+\d+\s+\d+\s+Safe\s+\d+\s+\d+/,
    );
    assert.match(await page.locator('.es-chart-confusion').innerText(), /learnt with the model echosight-audio-/);
    await page.getByText('Files that were not used: 1').click();
    assert.match(await page.locator('.es-refused li').innerText(), /notes\.wav: ./);
    assert.match(await page.locator('.es-versions').innerText(), /Version 1, .*8 clips of Danger, Safe/s);
    assert.equal(await page.locator('.es-versions button').count(), 0);
    assert.match(await page.locator('.es-chart-confidence').innerText(), /at least 80\s?% sure/);
    await bring('pane.wav', room(4, recognisedPane));
    await page.locator('.es-verdict.es-danger').waitFor();
    await look(page, 'sound-lab-charts', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-lab'), []);
  });

  test('the colours of Sentinel are a choice that is kept; a phone shows all of it', async () => {
    const background = (): Promise<string> =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('.es-lab')).backgroundColor`);
    const usual = await background();
    await page.locator('.es-lab-button').press('Enter');
    assert.equal(await page.locator('.es-lab-button').getAttribute('aria-pressed'), 'true');
    assert.equal(await background(), 'rgb(14, 17, 23)');
    const colours = await page.evaluate<string[]>(`(() => {
      const style = getComputedStyle(document.querySelector('.es-lab'));
      return ['--es-accent', '--es-safe', '--es-danger'].map((name) => style.getPropertyValue(name).trim());
    })()`);
    assert.deepEqual(colours, ['#e0b0ff', '#98ff98', '#ff6961']);
    await page.locator('.es-drop').hover();
    await page.waitForFunction(`getComputedStyle(document.querySelector('.es-drop')).boxShadow !== 'none'`);
    await look(page, 'sound-lab-sentinel', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-lab'), []);
    await page.setViewportSize({ width: 360, height: 740 });
    // The charts are drawn anew for their new width.
    await page.waitForFunction('document.documentElement.scrollWidth <= window.innerWidth');
    assert.deepEqual(await tooSmall(page, '.es-lab'), []);
    await look(page, 'sound-lab-phone', { fullPage: true });
    await page.reload();
    await page.locator('.es-lab.es-sentinel').waitFor();
    await page.locator('.es-lab-button').press('Enter');
    assert.equal(await background(), usual);
    assert.deepEqual(faults, []);
  });

  test('can be read in the dark, verdict and charts', async () => {
    await turnDark(host, page);
    await bring('pane.wav', room(4, recognisedPane));
    await page.locator('.es-verdict.es-danger').waitFor();
    await page.locator('.es-chart-confusion').waitFor();
    await look(page, 'sound-lab-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-lab'), []);
  });

  test('of several sites one is chosen: it hears, and what others learnt is not its own', async () => {
    const flow = (await (await fetch(`${host.url}/flows`)).json()) as FlowNode[];
    const barn = {
      id: 'barn-site',
      type: 'sentinel-site',
      name: 'Barn',
      siteId: 'barn',
      dataFolder: join(data, 'barn'),
    };
    const ears = {
      id: 'barn-ears',
      type: 'audio-classify',
      z: flow.find(({ id }) => id === 'ears')?.z,
      site: 'barn-site',
    };
    const body = JSON.stringify([...flow, barn, { ...ears, wires: [[]] }]);
    const headers = { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'nodes' };
    await host.deployedBy(() => fetch(`${host.url}/flows`, { method: 'POST', headers, body }));
    await page.reload();
    const choice = page.locator('.es-lab-site select');
    await choice.waitFor();
    assert.deepEqual(await choice.locator('option').allInnerTexts(), ['Barn', 'Test house']);
    await page.getByText('Nothing has been learnt yet.').waitFor();
    await bring('pane.wav', room(4, recognisedPane));
    await page.locator('.es-verdict.es-danger').waitFor();
    await look(page, 'sound-lab-sites', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-lab'), []);
    await choice.selectOption('Test house');
    await page.locator('.es-chart-dataset').waitFor();
  });

  test('German is spoken to who wants it, and the file is chosen by keyboard', async () => {
    const german = await browser.newPage({ locale: 'de-DE' });
    await german.goto(`${host.url}/dashboard/sound-lab`);
    await german.getByText('Aufnahme hierher ziehen oder auswählen').waitFor();
    const chooser = german.waitForEvent('filechooser');
    await german.locator('.es-file').press('Space');
    await (await chooser).setFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: room(2) });
    await german.locator('.es-verdict').waitFor();
    await german.close();
  });
});
