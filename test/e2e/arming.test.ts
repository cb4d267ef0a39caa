import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import { requirement } from '../requirements.ts';
import { openIncidents, overflow, startDashboardHost } from './dashboard-host.ts';

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

describe('the mode switch of the dashboard and the "When" of a rule', { timeout: 300_000, skip }, () => {
  let host: NodeRedHost;
  let browser: Browser;
  let folder: string;

  before(async () => {
    if (buildIsStale()) await build();
    folder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const fuse = { id: 'fuse', type: 'fuse-severity', site: 'site', rules: defaultRules, wires: [[], []] };
    host = await startDashboardHost(folder, { more: [fuse] });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is changed by a click, in words of the language, and every page sees it at once', async (t) => {
    if (!requirement(t, findBrowser() !== undefined, reason)) return;
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const phone = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'de-DE' });
    const url = `${host.url}/dashboard/incidents`;
    const faults = [...(await openIncidents(page, url)), ...(await openIncidents(phone, url))];
    await page.getByText('Nobody has set a mode: every rule counts.').waitFor();

    await page.getByRole('button', { name: 'Night' }).click();
    await page.locator('[data-mode=night][aria-pressed=true]').waitFor();
    await page.getByText(/Since .*, by local\./).waitFor();
    await phone.locator('[data-mode=night][aria-pressed=true]', { hasText: 'Nacht' }).waitFor();
    await phone.getByRole('button', { name: 'Unscharf' }).click();
    await page.locator('.es-mode-off[data-mode=disarmed]').waitFor();
    await page.getByText(/Since [^.]*, by local\.$/).waitFor();
    assert.ok((await overflow(phone)) <= 0);
    if (process.env.SCREENSHOTS !== undefined) {
      await page.screenshot({ path: join(process.env.SCREENSHOTS, 'arming.png') });
      await phone.screenshot({ path: join(process.env.SCREENSHOTS, 'arming-phone.png') });
    }
    assert.deepEqual(faults, []);
  });

  for (const [locale, words] of [
    [
      'en-US',
      { title: 'When', sentence: /only in night; Mon, Tue, Wed, Thu, Fri, Sat from 22:00 to 24:00; told after 20 s/ },
    ],
    [
      'de-DE',
      { title: 'Wann', sentence: /nur im Modus Nacht; Mo, Di, Mi, Do, Fr, Sa von 22:00 bis 24:00; gemeldet nach 20 s/ },
    ],
  ] as const) {
    test(`a rule is told when it counts (${locale}), and its sentence says it`, async () => {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1000 }, locale });
      await page.goto(host.url);
      await page.locator('#fuse').waitFor();
      await page.evaluate("RED.editor.edit(RED.nodes.node('fuse'))");
      const rule = page.locator('.echosight-rule').first();
      await rule.locator('.echosight-rule-head button').click();
      const when = rule.locator('.echosight-rule-when');
      await when.locator('summary', { hasText: words.title }).click();
      await when.locator('select').first().selectOption('only');
      await when.locator('input[value=night]').check();
      await when.locator('input[value=sun]').uncheck();
      await when.locator('input[type=time]').first().fill('22:00');
      await when.locator('input[type=number]').last().fill('20');
      await rule.locator('.echosight-rule-sentence', { hasText: words.sentence }).waitFor();
      assert.equal(await rule.locator('.echosight-rule-fault').textContent(), '');
      if (process.env.SCREENSHOTS !== undefined) {
        await when.scrollIntoViewIfNeeded();
        await page
          .locator('.red-ui-tray')
          .last()
          .screenshot({ path: join(process.env.SCREENSHOTS, `when-${locale}.png`) });
      }
      await page.locator('#node-dialog-ok').click();
      await page.locator('.echosight-form').waitFor({ state: 'detached' });
      const saved = await page.evaluate<unknown>("JSON.stringify(RED.nodes.node('fuse').rules[0])");
      const { modes, when: hours, entryDelaySeconds } = JSON.parse(String(saved)) as Record<string, unknown>;
      const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
      assert.deepEqual([modes, hours, entryDelaySeconds], [['night'], { days, from: '22:00' }, 20]);
      await page.close();
    });
  }
});
