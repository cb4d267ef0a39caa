import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { RuleTrialAnswer } from '../../src/contracts/rule-trial.ts';
import { lineOf } from '../../src/fusion/recording/signal-line.ts';
import type { FusionInput } from '../../src/fusion/engine.ts';
import { linkedUserFolder, NodeRedHost } from '../hosts/node-red-host.ts';
import { requirement } from '../requirements.ts';
import { audioScores, detections } from '../unit/fusion/bench-area.ts';
import { noteFaults } from './page-faults.ts';

/** The dialog of fuse-severity tries its rules on what the node kept: a real editor, a real browser. */
describe('rules are tried in the dialog of fuse-severity', { timeout: 180_000 }, () => {
  let host: NodeRedHost;
  const start = Math.floor((Date.now() - 40 * 60_000) / 60_000) * 60_000;

  before(async () => {
    if (buildIsStale()) await build();
    const userDir = linkedUserFolder();
    const folder = join(userDir, 'echosight', 'signals', 'fuse');
    mkdirSync(folder, { recursive: true });
    const lines = evening(start).map((signal) => lineOf(signal, signal.capturedAt));
    writeFileSync(join(folder, `${start}.jsonl.gz`), gzipSync(`${lines.join('\n')}\n`));
    host = await NodeRedHost.start({}, userDir);
    await host.deploy([
      { id: 'fuse', type: 'fuse-severity', name: 'fuse', wires: [['tell', 'text'], []] },
      { id: 'text', type: 'sentinel-sms-out', name: 'texts', dryRun: true, minimumSeverity: 3, wires: [[], []] },
      { id: 'tell', type: 'whatsapp-out', name: 'phones', mode: 'dry-run', dryRun: true, wires: [[], []] },
      { id: 'mute', type: 'fuse-severity', name: 'mute', keepSignals: false, wires: [[], []] },
    ]);
  });
  after(() => host.stop());

  async function ask(body: object, headers: Record<string, string> = { 'x-requested-with': 'XMLHttpRequest' }) {
    return await fetch(`${host.url}/echosight/fuse-severity/trial`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      body: JSON.stringify({ id: 'fuse', rules: [person], correlationSeconds: '3', quietSeconds: '30', ...body }),
    });
  }
  const person = { id: 'p', enabled: true, severity: 2, all: [{ kind: 'object', label: 'person' }] };

  test('the route plays what was kept with the rules that it is given, and says what it cannot do', async () => {
    const answer = (await (await ask({ minutes: 60 })).json()) as RuleTrialAnswer;
    assert.equal(answer.state, 'played');
    assert.ok(answer.signals > 500, `${answer.signals}`);
    assert.deepEqual(
      [...new Set(answer.incidents.map(({ severity, reason }) => `${severity} ${reason}`))],
      ['2 person'],
    );
    const stateOf = async (body: object) => ((await (await ask(body)).json()) as RuleTrialAnswer).state;
    assert.equal(await stateOf({ id: 'nobody', minutes: 60 }), 'absent');
    assert.equal(await stateOf({ id: 'mute', minutes: 60 }), 'off');
    assert.equal(await stateOf({ why: start - 86_400_000 * 3 }), 'empty');
    assert.equal((await ask({ rules: [{ id: 'x' }] })).status, 422);
    assert.equal((await ask({ rules: 7 })).status, 422);
    assert.equal((await ask({}, {})).status, 403);
    assert.equal((await ask({ lines: 'x'.repeat(5 * 2 ** 20) })).status, 413);
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

    async function dialog(t: TestContext, locale = 'en-US', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1900 }, locale, colorScheme });
      const faults: string[] = [];
      noteFaults(page, faults);
      t.after(async () => {
        await page.close();
        assert.deepEqual(faults, []);
      });
      await page.goto(host.url);
      await page.locator('.red-ui-flow-node').first().waitFor();
      await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
      await page.evaluate("RED.editor.edit(RED.nodes.node('fuse'))");
      await page.locator('#echosight-trial-section summary').click();
      return page;
    }

    /** The folder in SCREENSHOTS, when somebody wants to look. */
    async function look(page: Page, name: string): Promise<void> {
      const folder = process.env.SCREENSHOTS;
      if (folder === undefined) return;
      await page.locator('#echosight-trial-section').screenshot({ path: join(folder, `${name}.png`) });
      await page
        .locator('.red-ui-tray')
        .last()
        .screenshot({ path: join(folder, `${name}-tray.png`) });
    }

    test('the last hour on a time line; an incident is explained; a rule that is switched off in the dialog no longer holds', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t);
      const section = page.locator('#echosight-rule-trial');
      const tries = section.getByRole('button', { name: 'Try these rules' });
      await tries.click();
      await section.locator('.echosight-trial-incident').first().waitFor();
      assert.match(
        await section.locator('[role=status]').innerText(),
        /Signals: \d+\. Incidents with the rules as they stand here: 4/,
      );
      await section.locator('.echosight-trial-severity-3.echosight-trial-incident').click();
      const explained = section.locator('.echosight-trial-explained');
      assert.match(
        await explained.innerText(),
        /Severity 3 \(person\+glass_break\) in hall[^]*Glass break heard by mic/,
      );
      await look(page, 'trial');

      await page.locator('.echosight-rule-head > input[type=checkbox]').nth(1).uncheck();
      await tries.click();
      await section.locator('.echosight-trial-severity-3.echosight-trial-incident').waitFor({ state: 'detached' });

      await section.locator('select').selectOption('lines');
      await section.locator('textarea').fill('oops\n{"kind":"audio-scores","triggered":["gunshot"],"capturedAt":1}');
      await tries.click();
      await section.getByText('Lines passed over: 1. Line 1: This is not JSON.').waitFor();
    });

    test('whoever alerts behind the node is named, with what it does of it', async (t) => {
      if (!requirement(t, missing.length === 0, missing.join(', '))) return;
      const page = await dialog(t);
      const section = page.locator('#echosight-rule-trial');
      await section.locator('input[type=datetime-local]').fill(localMinute(start + 60_000));
      await section.locator('.echosight-trial-ask button').nth(1).click();
      await section.locator('.echosight-trial-area').waitFor();
      const words = await section.locator('.echosight-trial-why').innerText();
      assert.match(words, /phones sends from severity 2 on: of severity 1 it sends nothing/);
      assert.match(words, /texts sends from severity 3 on: of severity 1 it sends nothing/);
      await look(page, 'receivers');
    });

    for (const [locale, scheme, words] of [
      ['en-US', 'dark', /too seldom, in 1 of the last/],
      ['de-DE', 'light', /zu selten, in 1 der letzten/],
    ] as const) {
      test(`a minute without an alert is explained (${locale})`, async (t) => {
        if (!requirement(t, missing.length === 0, missing.join(', '))) return;
        const page = await dialog(t, locale, scheme);
        const section = page.locator('#echosight-rule-trial');
        await section.locator('.echosight-trial-ask button').first().click();
        await section.locator('.echosight-trial-incident').first().waitFor();
        await section.locator('input[type=datetime-local]').fill(localMinute(start + 20 * 60_000));
        await section.locator('.echosight-trial-ask button').nth(1).click();
        await section.locator('.echosight-trial-area').waitFor();
        assert.match(await section.locator('.echosight-trial-why').innerText(), words);
        await look(page, `why-${locale}-${scheme}`);
      });
    }
  });
});

/** Somebody passes, breaks in, and a single picture shows somebody for a moment. */
function evening(start: number): FusionInput[] {
  const signals: FusionInput[] = [];
  const passes = [
    { from: 60, to: 70 },
    { from: 600, to: 640 },
    { from: 1800, to: 1815 },
    { from: 1200, to: 1200.1 },
  ];
  for (let second = 0; second < 2300; second += 1) {
    const capturedAt = start + second * 1000;
    const isThere = passes.some(({ from, to }) => second >= from && second <= to);
    signals.push(detections(isThere ? { person: 0.82 } : {}, { source: 'front', capturedAt }));
    const heard = second === 620 ? { glass_break: 0.83 } : second === 2000 ? { scream: 0.7 } : {};
    signals.push(audioScores(heard, { source: 'mic', capturedAt: capturedAt + 200 }));
  }
  return signals;
}

function localMinute(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
