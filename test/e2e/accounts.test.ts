import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { until } from '../faults/vitals.ts';
import { accessibilityFaults } from './accessibility.ts';
import { openBrowser } from './browser.ts';
import { happen, startDashboardHost } from './dashboard-host.ts';
import { look } from './look.ts';

const good = 'correct horse battery';
/** As from another machine. */
const away = { 'x-forwarded-for': '203.0.113.5' };
const linkInLog = /\/echosight\/login(#link=[\w-]{43})/;

async function start(t: TestContext): Promise<NodeRedHost> {
  if (buildIsStale()) await build();
  const data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
  const host = await startDashboardHost(data, { env: { TEST_ACCOUNTS: '1' } });
  t.after(async () => {
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return host;
}

/** It is logged some moments after the nodes are there. */
async function linkOf(host: NodeRedHost): Promise<string> {
  await until(() => linkInLog.test(host.log), 'a link for the first admin');
  return linkInLog.exec(host.log)?.[1] ?? '';
}

async function fill(page: Page, fields: Record<string, string>, form = 0): Promise<void> {
  const asked = page.locator('form').nth(form);
  for (const [name, value] of Object.entries(fields)) await asked.locator(`[name=${name}]`).fill(value);
  await asked.locator('button.main').click();
}

describe('accounts in a browser', { timeout: 300_000 }, () => {
  test('from the link of the log to a person who may see one camera', async (t) => {
    const page = await openBrowser(t);
    if (page === undefined) return;
    const host = await start(t);
    const link = await linkOf(host);
    await page.setExtraHTTPHeaders(away);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|TypeError/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${host.url}/echosight/login${link}`);
    await page.locator('[name=name]').waitFor();
    await look(page, 'first-admin', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, 'main'), []);
    await fill(page, { name: 'ann', password: good });
    await page.waitForURL(`${host.url}/echosight/account`);
    await page.locator('header', { hasText: 'ann' }).waitFor();
    const forms = page.locator('form');
    const addUser = 1;
    await forms.nth(addUser).locator('select').selectOption('operator');
    await fill(page, { name: 'bob', sources: 'home/entrance' }, addUser);
    const secret = (await page.locator('.secret').first().textContent()) ?? '';
    assert.match(secret, /^http.*\/echosight\/login#link=[\w-]{43}$/);
    await page
      .locator('td', { hasText: 'user.add' })
      .or(page.locator('td', { hasText: 'login' }))
      .first()
      .waitFor();
    await look(page, 'account-admin', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, 'main'), []);
    await page.setViewportSize({ width: 390, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await look(page, 'account-admin-phone-dark', { fullPage: true });
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')) <= 0);
    await page.locator('header button').click();
    await page.waitForURL(`${host.url}/echosight/login`);
    await page.locator('[name=password]').waitFor();
    await look(page, 'login-phone-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, 'main'), []);
    await page.goto(secret);
    await page.locator('h2', { hasText: 'bob' }).waitFor();
    await fill(page, { password: good });
    await page.waitForURL(`${host.url}/echosight/account`);
    await page.locator('header', { hasText: 'bob' }).waitFor();
    assert.equal(await page.locator('table').count(), 0);
    assert.deepEqual(faults, []);
  });

  test('a dashboard that knows nobody sends people to the login and back; what they do is in their name', async (t) => {
    const page = await openBrowser(t);
    if (page === undefined) return;
    const host = await start(t);
    const link = await linkOf(host);
    const json = { 'content-type': 'application/json' };
    const made = await fetch(`${host.url}/echosight/api/v1/account/link`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ link: link.slice('#link='.length), name: 'ann', password: good }),
    });
    assert.equal(made.status, 200);
    await happen(host.url, { id: 'first' });
    await page.setExtraHTTPHeaders(away);
    await page.goto(`${host.url}/echosight/login?next=${encodeURIComponent('/dashboard/incidents')}`);
    await page.locator('[name=name]').waitFor();
    await fill(page, { name: 'ann', password: 'wrong password' });
    await page.locator('p.bad', { hasText: 'wrong' }).waitFor();
    await fill(page, { name: 'ann', password: good });
    await page.waitForURL(`${host.url}/dashboard/incidents`);
    await page.locator('.es-link-live').waitFor({ timeout: 30_000 });
    const review = await page.evaluate<{ by: string }>(`(async () => {
      const csrf = /echosight-csrf-\\w+=([\\w-]+)/.exec(document.cookie)[1];
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      const body = JSON.stringify({ action: 'acknowledge' });
      return (await fetch('/echosight/api/v1/incidents/first/reviews', { method: 'POST', headers, body })).json();
    })()`);
    assert.equal(review.by, 'ann');
    // The session is gone: the next thing that the page asks leads to the login.
    await page.context().clearCookies();
    await page
      .getByRole('button', { name: 'Acknowledge' })
      .or(page.getByRole('button', { name: 'Confirm' }))
      .first()
      .click();
    await page.waitForURL(/\/echosight\/login\?next=%2Fdashboard%2Fincidents/, { timeout: 60_000 });
    // And so it is for who comes anew: Dashboard alone would show them nothing.
    await page.goto(`${host.url}/dashboard/incidents`);
    await page.waitForURL(/\/echosight\/login\?next=%2Fdashboard%2Fincidents/, { timeout: 60_000 });
    await page.locator('[name=name]').waitFor();
    await fill(page, { name: 'ann', password: good });
    await page.waitForURL(`${host.url}/dashboard/incidents`);
    // A link of another site, such as in WhatsApp Web: the browser keeps the cookie back, and the person is logged in all the same.
    await page.goto('about:blank');
    await page.setContent(`<a href="${host.url}/dashboard/incidents">look</a>`);
    await page.getByText('look').click();
    await page.locator('.es-link-live').waitFor({ timeout: 30_000 });
    assert.equal(page.url(), `${host.url}/dashboard/incidents`);
    // Only to a page of this server.
    await page.goto(`${host.url}/echosight/login?next=${encodeURIComponent('//evil.example/x')}`);
    await page.waitForURL(`${host.url}/echosight/account`);
  });
});
