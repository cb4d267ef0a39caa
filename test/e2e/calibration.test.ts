import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { clipWindows } from '../../src/audio/training/material/clip-windows.ts';
import type { CalibrationAnswer, CalibrationSuggestions } from '../../src/contracts/calibration.ts';
import type { AudioScores } from '../../src/contracts/messages.ts';
import { decodeFrames, openWav } from '../../src/pcm/wav.ts';
import { paneWav } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { noteFaults } from './page-faults.ts';

/**
 * A microphone without hardware. `GET /hear?count=N&step=MS` sends N windows of noise, MS of capture time apart, and
 * `POST /hear` the windows of its body, as floats.
 */
const microphone: FlowNode[] = [
  { id: 'noise', type: 'http in', url: '/hear', method: 'get', wires: [['make']] },
  { id: 'sound', type: 'http in', url: '/hear', method: 'post', wires: [['make']] },
  {
    ...{ id: 'make', type: 'function', outputs: 2, wires: [['classify'], ['done']] },
    func: `const size = 15600, body = Buffer.isBuffer(msg.payload) ? msg.payload : undefined;
const count = body ? body.length / 4 / size : Number(msg.payload.count);
const step = body ? 480 : Number(msg.payload.step);
const begin = Date.now() + 1;
let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
for (let seq = 0; seq < count; seq++) {
  const samples = new Float32Array(size);
  if (body) for (let at = 0; at < size; at++) samples[at] = body.readFloatLE(4 * (seq * size + at));
  else { const loud = 0.001 + 0.3 * (random() + 0.5) ** 4; for (let at = 0; at < size; at++) samples[at] = loud * random(); }
  node.send([{ samples, payload: { v: 1, kind: 'audio-window', site: 'home', area: 'hall', source: 'mic', seq,
    capturedAt: begin + seq * step, sampleRate: 16000, hop: 7680, dbfs: -40, peak: 0.3, record: false } }, null]);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
return [null, msg];`,
  },
  { id: 'done', type: 'http response', statusCode: '200', wires: [] },
];
const classify = { id: 'classify', type: 'audio-classify', site: '', wires: [['probe-scores']] };

/** Calibration on site: a real Node-RED, the real model, the dialog in a real browser. */
describe('calibration of audio-classify', { timeout: 240_000 }, () => {
  let host: NodeRedHost;
  let browser: Browser | undefined;
  const command = { id: 'command', type: 'inject', props: [], repeat: '', once: false, wires: [['to']] };

  before(async () => {
    if (buildIsStale()) await build();
    host = await NodeRedHost.start();
    await deploy('{}');
    if (findBrowser() !== undefined) browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await host.stop();
  });

  async function deploy(payload: string, settings: Record<string, unknown> = {}): Promise<void> {
    const to = {
      id: 'to',
      type: 'function',
      outputs: 1,
      func: `msg.payload = ${payload}; return msg;`,
      wires: [['classify']],
    };
    await host.deploy([...microphone, command, to, { ...classify, ...settings }, probe('scores'), ...catchAll()]);
  }
  async function ask<Answer = null>(question: string, query: Record<string, string> = {}): Promise<Answer> {
    const asked = new URLSearchParams({ id: 'classify', key: 'home\nmic', ...query });
    const response = await fetch(`${host.url}/echosight/audio-classify/calibration${question}?${asked.toString()}`, {
      headers: { 'x-requested-with': 'XMLHttpRequest' },
    });
    return (await response.json()) as Answer;
  }
  async function hear(what: { count: number; step: number } | Float32Array): Promise<void> {
    const response =
      what instanceof Float32Array
        ? await fetch(`${host.url}/hear`, {
            method: 'POST',
            headers: { 'content-type': 'application/octet-stream' },
            body: what.slice().buffer,
          })
        : await fetch(`${host.url}/hear?count=${what.count}&step=${what.step}`);
    assert.equal(response.status, 200);
  }
  async function until(holds: (answer: CalibrationAnswer) => boolean): Promise<CalibrationAnswer> {
    for (;;) {
      const answer = await ask<CalibrationAnswer>('');
      if (holds(answer)) return answer;
      await sleep(100);
    }
  }

  test('minutes and a clip are recorded, and become thresholds', async () => {
    assert.deepEqual((await ask<CalibrationAnswer>('')).sources, []);
    assert.match((await ask<{ message: string }>('-begin', { minutes: '5' })).message, /No sound came/);
    assert.equal((await ask<CalibrationAnswer>('', { id: 'none' })).state, 'absent');

    await hear({ count: 1, step: 1000 });
    await until(({ sources }) => sources.length === 1);
    assert.equal(await ask('-begin', { minutes: '5' }), null);
    // Eleven minutes, as its times say.
    await hear({ count: 450, step: 1500 });
    await until(({ sources }) => (sources[0]?.recording?.windows ?? 0) > 400);
    await ask('-stop');
    const { kept } = await until(({ sources }) => sources[0]?.recording === undefined);
    assert.ok((kept?.ambientMinutes ?? 0) > 0);

    assert.equal(await ask('-mark', { label: 'glass_break' }), null);
    const wav = openWav(paneWav());
    const pane = clipWindows(decodeFrames(wav.data, wav.format)).flatMap(({ samples }) => [...samples]);
    await hear(Float32Array.from(pane));
    const { sources } = await until((answer) => answer.sources[0]?.clip?.state !== 'listening');
    const clip = sources[0]?.clip;
    assert.ok(clip?.state === 'kept' && clip.score > 0.6, JSON.stringify(clip));

    const { classes } = await ask<CalibrationSuggestions>('-suggest', { budget: '1' });
    const { glass_break: glass = assert.fail(), gunshot = assert.fail() } = classes;
    assert.deepEqual([glass.recall.hits, glass.recall.of, gunshot.recall.of], [1, 1, 0]);
    // Eleven minutes cannot prove a false alarm in three days.
    assert.deepEqual([glass.threshold, glass.reason], [0.6, 'shipped-unproven']);
    assert.equal(glass.falseAlarms.method, 'bounded');
    assert.ok(glass.falseAlarms.high > 1, `${glass.falseAlarms.high}`);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('what is kept is there after the next deploy, and a command sets the thresholds until then', async () => {
    await deploy(`{ command: 'thresholds', value: { glass_break: 0.123 } }`);
    await host.inject('command');
    await hear({ count: 1, step: 1000 });
    const of = (message: { payload?: unknown }) => (message.payload as AudioScores).thresholds.glass_break;
    await host.waitFor('scores', (message) => of(message) === 0.123);
    const { kept } = await until((answer) => answer.kept !== undefined);
    assert.deepEqual(kept?.clips, { glass_break: 1 });

    await deploy(`{ command: 'thresholds', value: { barking: 0.5 } }`);
    await host.inject('command');
    const error = await host.waitFor('errors', () => true);
    assert.match(JSON.stringify(error.error), /ES_BAD_INPUT.*no class .*barking/);
    host.seen.length = 0;
    await hear({ count: 1, step: 1000 });
    assert.equal(of(await host.waitFor('scores', () => true)), 0.6);
  });

  test('the dialog shows what is kept, suggests, and writes thresholds into their fields; deployed, they count', async (t) => {
    if (!requirement(t, browser !== undefined, 'a Chromium (CHROMIUM_PATH)') || browser === undefined) return;
    await deploy('{}', { glassBreak: 0.97, gunshot: 0.98, scream: 0.99 });
    await hear({ count: 1, step: 1000 });
    await until(({ sources }) => sources.length === 1);
    const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
    const faults: string[] = [];
    noteFaults(page, faults);
    await page.addInitScript("localStorage.setItem('editor-language', 'en-US')");
    await page.goto(host.url);
    await page.locator('#classify').waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await page.evaluate("RED.editor.edit(RED.nodes.node('classify'))");
    await page.locator('.echosight-form').waitFor();
    const section = page.locator('details', { has: page.locator('#echosight-calibration') });
    await section.locator('summary').click();
    const place = page.locator('#echosight-calibration');
    await place.getByText('clips: Breaking glass 1').waitFor();
    const folded = page.locator('details', { has: page.locator('#node-input-glassBreak') });
    await folded.locator('summary').click();
    const fields = (): Promise<number[]> =>
      Promise.all(
        ['glassBreak', 'gunshot', 'scream'].map(async (name) =>
          Number(await page.locator(`#node-input-${name}`).inputValue()),
        ),
      );
    assert.deepEqual(await fields(), [0.97, 0.98, 0.99]);
    await place.getByRole('button', { name: 'Suggest thresholds' }).click();
    await place.locator('.echosight-calibration-card').nth(2).waitFor();
    assert.equal(await place.locator('.echosight-calibration-card').count(), 3);
    assert.equal(await place.locator('svg').count(), 4, 'a rate for each class, and a curve for the one with a clip');
    const glass = place.locator('.echosight-calibration-card').first();
    assert.match(await glass.innerText(), /1 of 1 clips/);
    await glass.getByRole('button', { name: 'Apply' }).click();
    const said = await place.locator('.echosight-calibration-card').allInnerTexts();
    const suggested = said.map((words) => Number(/suggested ([\d.]+)/.exec(words)?.[1]));
    assert.deepEqual(await fields(), [suggested[0], 0.98, 0.99]);
    await place.getByRole('button', { name: 'Apply all' }).click();
    assert.deepEqual(await fields(), suggested);
    await place.getByText('Press Done and deploy').waitFor();
    await page.locator('#node-dialog-ok').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    await host.deployedBy(async () => {
      await page.locator('#red-ui-header-button-deploy').click();
    });
    host.seen.length = 0;
    await hear({ count: 1, step: 1000 });
    const { payload } = await host.waitFor('scores', () => true);
    const { glass_break, gunshot, scream } = (payload as AudioScores).thresholds;
    assert.deepEqual([glass_break, gunshot, scream], suggested);
    assert.ok(
      suggested.every((threshold) => threshold < 0.97),
      suggested.join(),
    );
    assert.deepEqual(faults, []);
    await page.close();
  });
});
