import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { root } from '../../scripts/build/paths.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { accessibilityFaults } from './accessibility.ts';
import { happen, openIncidents, startDashboardHost } from './dashboard-host.ts';
import { burglary, keepAlerts, keepIncidents, oldIncident } from './kept-incidents.ts';
import { look } from './look.ts';

const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;
const hourMs = 3_600_000;
/** So many incidents have been. */
const past = 2000;

describe('a house with a past on the dashboard', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let page: Page;
  let faults: string[];
  let data: string;
  const begun = Date.now() - hourMs;

  before(async () => {
    if (buildIsStale()) await build();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const tone = Float32Array.from({ length: 10 * 16_000 }, (_, n) => Math.sin(n / 5) / 4);
    const story = burglary(begun);
    const picture = readFileSync(join(root, 'models/test-picture.jpg'));
    await keepIncidents(data, [
      { incident: story, media: { image: picture, cleanImage: Buffer.concat([picture, Buffer.from('clean')]) } },
      // It is kept when it was heard: ten seconds until 10.5 s after the beginning.
      {
        incident: { ...story, phase: 'evidence', source: 'hall microphone', capturedAt: begun + 10_500 },
        media: { samples: tone },
      },
      ...Array.from({ length: past }, (_, n) => ({ incident: oldIncident(n, begun - (n + 1) * hourMs) })),
    ]);
    await keepAlerts(data, begun);
    browser = await launchBrowser();
    host = await startDashboardHost(data);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    faults = await openIncidents(page, `${host.url}/dashboard/incidents`);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.dataset.incident');
  const focus = async (id: string): Promise<void> => {
    await page.waitForFunction(`document.activeElement.dataset.incident === '${id}'`);
  };

  test('scrolls to its end by itself, and draws no more than what is in sight', async () => {
    await page.locator('.es-card').first().waitFor();
    let most = 0;
    await page.waitForFunction(
      `(() => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        window.mostCards = Math.max(window.mostCards ?? 0, document.querySelectorAll('.es-card').length);
        return document.querySelector('[data-incident=old-${past - 1}]') !== null;
      })()`,
      undefined,
      { timeout: 120_000 },
    );
    most = await page.evaluate<number>('window.mostCards');
    assert.ok(most < 60, `${most} cards in the page`);
    assert.equal(await page.getByRole('button', { name: 'Load older' }).count(), 0);
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
  });

  test('what comes meanwhile moves nothing, and waits to be asked for', async () => {
    await page.locator('[data-incident=old-1990]').focus();
    const place = (): Promise<number> =>
      page.evaluate<number>("document.querySelector('[data-incident=old-1990]').getBoundingClientRect().top");
    const was = await place();
    await happen(host.url, { id: 'meanwhile', label: 'Came meanwhile' });
    await page.getByRole('button', { name: '1 new incident' }).waitFor();
    assert.equal(await place(), was);
    assert.equal(await focused(), 'old-1990');
  });

  test('the keyboard walks through it, and keeps its place however one scrolls', async () => {
    await page.keyboard.press('Home');
    await focus('burglary');
    await page.keyboard.press('j');
    await focus('old-0');
    await page.locator('#es-title', { hasText: /^Incident 0$/ }).waitFor();
    await page.mouse.wheel(0, 40_000);
    await page.locator('[data-incident=old-280]').waitFor();
    assert.equal(await focused(), 'old-0');
    await page.keyboard.press('k');
    await focus('burglary');
    await page.keyboard.press('End');
    await focus(`old-${past - 1}`);
    await page.keyboard.press('k');
    await focus(`old-${past - 2}`);
  });

  test('one letter answers, and the help tells which', async () => {
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys of this page' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page, '.es-key-help'), []);
    await page.keyboard.press('Escape');
    await focus(`old-${past - 2}`);
    await page.keyboard.press('a');
    await page.locator('.es-detail .es-state-text', { hasText: 'Acknowledged' }).waitFor();
    await page.keyboard.press('h');
    await page.locator('.es-detail').getByText('Held', { exact: true }).waitFor();
    await page.keyboard.press('h');
    await page.locator('.es-detail').getByText('Held', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.getByPlaceholder('What you know of it').fill('j, k and a are letters here');
    await page.getByRole('button', { name: 'Save the note' }).click();
    await page.locator('.es-note', { hasText: 'j, k and a are letters here' }).waitFor();
  });

  test('what happened is drawn: lanes of sources, what the rule stands on, alerts and answers', async () => {
    await page.getByRole('button', { name: '1 new incident' }).click();
    await page.locator('[data-incident=burglary]').click();
    await page.locator('.es-milestone-alert').nth(1).waitFor();
    const picture = page.locator('.es-course');
    assert.deepEqual((await picture.locator('.es-lane-name').allTextContents()).sort(), [
      'back door',
      'drive camera',
      'entrance',
      'hall microphone',
    ]);
    const glass = picture.getByRole('button', { name: /hall microphone: glass break 93%.*the rule stands on it/ });
    assert.equal(await picture.locator('.es-lane .es-mark.es-ground').count(), 2);
    // The best moment of the person at the door, within what the camera saw of them.
    await picture.getByRole('button', { name: /entrance: person 87%.* to .*, 12 s · the rule stands on it/ }).hover();
    const inView = picture.locator('[data-lane=entrance] .es-span.es-ground');
    const person = picture.locator('[data-lane=entrance] .es-mark.es-ground path');
    const [span, best] = await Promise.all([inView.boundingBox(), person.boundingBox()]);
    assert.ok(span !== null && best !== null && span.width > 5 * best.width);
    assert.ok(best.x > span.x - best.width && best.x + best.width < span.x + span.width);
    await page
      .locator('.es-signals')
      .getByText(/ to .*, 12 s$/)
      .waitFor();
    await page.keyboard.press('a');
    await picture.getByRole('button', { name: /Acknowledged, local/ }).waitFor();
    await picture.getByRole('button', { name: /WhatsApp: alert to 2/ }).hover();
    await picture.locator('.es-readout', { hasText: 'WhatsApp: alert to 2' }).waitFor();
    await look(page, 'course', { fullPage: false });
    await page.waitForFunction("document.querySelector('.es-recorded') !== null");
    await glass.click();
    await picture.locator('.es-readout', { hasText: 'Plays from here: hall microphone' }).waitFor();
    await page.waitForFunction("document.querySelector('.es-detail audio').currentTime >= 7.6");
    await page.evaluate("document.querySelector('.es-detail audio').pause()");
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
  });

  test('who picks a rule sees the signals on which it stands', async () => {
    const rules = page.getByRole('group', { name: /^Rules that held/ });
    const stands = page.locator('.es-signals .es-stands');
    await rules.locator('[aria-pressed=true]', { hasText: 'Person and breaking glass' }).waitFor();
    assert.equal(await stands.count(), 2);
    await rules.getByRole('button', { name: /^Person Notice/ }).click();
    await page
      .locator('.es-course')
      .getByRole('button', { name: /drive camera: person 78%.*the rule stands on it/ })
      .waitFor();
    assert.deepEqual(
      (await stands.locator('.es-soft').allTextContents()).filter((text) => /camera|entrance|microphone/.test(text)),
      ['entrance, 14 times', 'drive camera, 9 times'],
    );
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
    await rules.getByRole('button', { name: /^Person and breaking glass/ }).click();
  });

  test('a snapshot that is there both ways is shown as one wants it', async () => {
    const shown = page.locator('.es-pictures img');
    const marked = await shown.getAttribute('src');
    await page.getByRole('button', { name: 'Clean', exact: true }).click();
    await page.locator('.es-renditions [aria-pressed=true]', { hasText: 'Clean' }).waitFor();
    assert.equal(await shown.count(), 1);
    assert.notEqual(await shown.getAttribute('src'), marked);
    await look(page, 'clean');
    await page.getByRole('button', { name: 'With boxes', exact: true }).click();
    await page.locator('.es-renditions [aria-pressed=true]', { hasText: 'With boxes' }).waitFor();
    assert.equal(await shown.getAttribute('src'), marked);
  });

  test('its marks are walked by the keyboard, and one that nothing recorded says so', async () => {
    const picture = page.locator('.es-course');
    const marked = (): Promise<string> => page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
    await picture.locator('.es-mark.es-ground').first().focus();
    await page.keyboard.press('Home');
    await page.waitForFunction('/drive camera: car/.test(document.activeElement.getAttribute("aria-label"))');
    await page.keyboard.press('Enter');
    await picture.locator('.es-readout', { hasText: 'No recording covers this moment.' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction('/It begins/.test(document.activeElement.getAttribute("aria-label"))');
    assert.match(await marked(), /It begins/);
  });

  test('the way through the house is told in its order', async () => {
    const steps = await page.locator('.es-story li b').allTextContents();
    await page.locator('.es-story', { hasText: 'Areas of the story: drive, porch, hall.' }).waitFor();
    assert.deepEqual(steps, ['drive camera', 'hall microphone', 'back door', 'entrance']);
  });

  test('is taken away as a file, and says when that fails', async () => {
    const button = page.locator('.es-detail').getByRole('button', { name: 'Export' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    assert.equal(download.suggestedFilename(), 'incident-burglary.zip');
    assert.equal(
      readFileSync(await download.path())
        .subarray(0, 2)
        .toString(),
      'PK',
    );
    await page
      .locator('.es-answers')
      .getByText(/^incident-burglary\.zip \([\d.]+ MB\) comes with the downloads/)
      .waitFor();
    // Nothing of it went through the page, and the link is used up.
    assert.match(download.url(), /^http.*\/api\/v1\/exports\/[\w-]{32}$/);
    assert.equal((await fetch(download.url())).status, 404);
    await page.route('**/exports', (route) =>
      route.fulfill({
        ...{ status: 507, contentType: 'application/problem+json' },
        body: JSON.stringify({ type: 'about:blank', title: 'x', status: 507, detail: 'There is no room for it.' }),
      }),
    );
    await button.click();
    await page.getByText(/It could not be exported: .*There is no room for it\./).waitFor();
    await page.unroute('**/exports');
  });

  test('went without a fault in the browser', () => {
    assert.deepEqual(faults, []);
  });
});
