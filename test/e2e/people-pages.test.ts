import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import { until } from '../faults/vitals.ts';
import type { NodeRedHost } from '../hosts/node-red-host.ts';
import { accessibilityFaults, tooSmall } from './accessibility.ts';
import { happen, overflow, startDashboardHost, turnDark } from './dashboard-host.ts';
import { look } from './look.ts';

const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;
const good = 'correct horse battery';
/** As from another machine. */
const away = { 'x-forwarded-for': '203.0.113.5' };
const linkInLog = /\/echosight\/login#link=([\w-]{43})/;

describe('the pages of people on the dashboard', { timeout: 300_000, skip }, () => {
  let browser: Browser;
  let host: NodeRedHost;
  let data: string;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    browser = await launchBrowser();
    data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    const camera = {
      ...{ id: 'camera', type: 'sentinel-camera', site: 'site', name: 'Porch', source: 'porch', area: 'front' },
      ...{ address: 'rtsp://127.0.0.1:9/none' },
    };
    const fuse = {
      id: 'fuse',
      type: 'fuse-severity',
      site: 'site',
      name: 'House',
      rules: defaultRules,
      wires: [[], []],
    };
    const more = [fuse, camera, { id: 'ingest', type: 'rtsp-in', camera: 'camera', wires: [[], [], []] }];
    host = await startDashboardHost(data, { env: { TEST_ACCOUNTS: '1' }, further: ['Accounts', 'Rules'], more });
    await until(() => linkInLog.test(host.log), 'a link for the first admin');
    const [, link] = linkInLog.exec(host.log) ?? [];
    await post('account/link', { link, name: 'ann', password: good });
    page = await person('en-GB');
    await logIn(page, 'ann', good);
  });
  after(async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function post(path: string, body: object): Promise<void> {
    const headers = { ...away, 'content-type': 'application/json' };
    const url = `${host.url}/echosight/api/v1/${path}`;
    assert.equal((await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status, 200);
  }

  /** A browser of somebody at another machine. */
  async function person(locale: string, width = 1100): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale, extraHTTPHeaders: away });
    const made = await context.newPage();
    made.on('pageerror', (error) => faults.push(error.message));
    made.on('console', (message) => {
      if (/Vue|TypeError|Content Security/.test(message.text())) faults.push(message.text());
    });
    return made;
  }

  async function logIn(at: Page, name: string, password: string): Promise<void> {
    await at.goto(`${host.url}/echosight/login?next=${encodeURIComponent('/dashboard/accounts')}`);
    await at.locator('[name=name]').fill(name);
    await at.locator('[name=password]').fill(password);
    await at.locator('form button.main').first().click();
    await at.locator('.es-own').waitFor({ timeout: 60_000 });
  }

  const told = (part: string, text: RegExp): Locator => page.locator(`.es-${part} .es-told`, { hasText: text });
  const entry = (name: string): Locator => page.locator(`[data-user="${name}"]`);
  const confirm = async (button: string): Promise<void> => {
    await page.locator('.es-asking').getByRole('button', { name: button }).click();
  };

  test('an admin makes an account for one camera, and the link of it is good', async () => {
    await page.locator('[data-user=ann]', { hasText: /admin.*you/ }).waitFor();
    await page.getByRole('button', { name: 'Add a person' }).click();
    const form = page.locator('.es-people form');
    await form.getByLabel('Name').fill('bob');
    await form.getByLabel('Role').selectOption('operator');
    await form.getByLabel('Only these').check();
    await form.getByLabel('porch · front').check();
    await look(page, 'accounts-adding', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-accounts'), []);
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await told('people', /bob has an account now/).waitFor();
    const link = await page.locator('[data-secret=people]').inputValue();
    assert.match(link, /^http.*\/echosight\/login#link=[\w-]{43}$/);
    await entry('bob').getByText('May see: home/porch').waitFor();
    await entry('bob').getByText('has not set a password yet').waitFor();

    const phone = await person('de-DE', 390);
    await phone.goto(link);
    await phone.locator('[name=password]').fill(good);
    await phone.locator('form button.main').click();
    await phone.waitForURL(`${host.url}/echosight/account`);
    await phone.goto(`${host.url}/dashboard/accounts`);
    await phone.locator('.es-own', { hasText: 'home/porch' }).waitFor({ timeout: 60_000 });
    await phone.locator('header .es-person', { hasText: 'bob' }).waitFor();
    assert.equal(await phone.locator('.es-people').count(), 0);
    await look(phone, 'accounts-phone-de', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(phone, '.es-accounts'), []);
    assert.ok((await overflow(phone)) <= 0);
    assert.deepEqual(await tooSmall(phone, '.es-page'), []);
    await phone.context().close();
  });

  test('of two admins who change one account, the second is told, and sees what the first has done', async () => {
    const form = entry('bob').locator('form');
    await entry('bob').getByRole('button', { name: 'Change' }).click();
    await form.getByLabel('Role').waitFor();
    const status = await page.evaluate<number>(`(async () => {
      const [, csrf] = /echosight-csrf-\\w+=([\\w-]+)/.exec(document.cookie);
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      const { users } = await (await fetch('/echosight/api/v1/users')).json();
      const { id } = users.find(({ name }) => name === 'bob');
      const body = JSON.stringify({ role: 'viewer' });
      return (await fetch('/echosight/api/v1/users/' + id, { method: 'PUT', headers, body })).status;
    })()`);
    assert.equal(status, 200);
    await form.getByLabel('Role').selectOption('admin');
    await form.getByRole('button', { name: 'Save' }).click();
    await told('people', /Somebody else has changed this account meanwhile/).waitFor();
    await look(page, 'accounts-changed-meanwhile', { fullPage: true });
    assert.equal(await form.getByLabel('Role').inputValue(), 'viewer');
    await form.getByLabel('Role').selectOption('operator');
    await form.getByRole('button', { name: 'Save' }).click();
    await told('people', /bob is changed/).waitFor();
    await entry('bob').locator('.es-mark', { hasText: 'operator' }).waitFor();
  });

  test('what cannot be undone is asked for once, and told', async () => {
    await entry('bob').getByRole('button', { name: 'Change' }).click();
    const buttons = entry('bob').locator('.es-buttons');
    await buttons.getByRole('button', { name: 'Disable' }).click();
    await page.locator('.es-asking', { hasText: 'Disable bob?' }).waitFor();
    await look(page, 'accounts-asking');
    await page.keyboard.press('Escape');
    await page.locator('.es-asking').waitFor({ state: 'hidden' });
    assert.equal(await entry('bob').locator('.es-mark-off').count(), 0);
    await buttons.getByRole('button', { name: 'Disable' }).click();
    await confirm('Disable');
    await told('people', /bob is disabled and logged out/).waitFor();
    await entry('bob').locator('.es-mark-off').waitFor();
    await buttons.getByRole('button', { name: 'Enable' }).click();
    await told('people', /bob may log in again/).waitFor();

    await entry('ann').getByRole('button', { name: 'Change' }).click();
    await entry('ann').getByLabel('Role').selectOption('viewer');
    await entry('ann').getByRole('button', { name: 'Save' }).click();
    await told('people', /one admin who may see everything must be left/).waitFor();

    await entry('bob').getByRole('button', { name: 'Change' }).click();
    await entry('bob').getByRole('button', { name: 'Remove' }).click();
    await confirm('Remove');
    await told('people', /bob is removed/).waitFor();
    await entry('bob').waitFor({ state: 'detached' });
  });

  test('a token is shown once and can be taken back; the audit can be looked through', async () => {
    await page.getByRole('button', { name: 'Make a token' }).click();
    const form = page.locator('.es-tokens form');
    await form.getByLabel('Name').fill('home assistant');
    await form.getByLabel('Days').fill('30');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await told('tokens', /is not shown again/).waitFor();
    const token = await page.locator('[data-secret=tokens]').inputValue();
    const ask = () => fetch(`${host.url}/echosight/api/v1/cameras`, { headers: { ...away, 'x-api-key': token } });
    assert.equal((await ask()).status, 200);
    await look(page, 'accounts', { fullPage: true });
    await page.getByRole('button', { name: 'Take back: home assistant' }).click();
    await confirm('Take back');
    await told('tokens', /counts no more/).waitFor();
    assert.equal((await ask()).status, 401);
    assert.equal(await page.locator('[data-secret]').count(), 0);

    const audit = page.locator('.es-audits');
    await audit.getByLabel('What').selectOption('token.revoke');
    await audit.locator('tbody tr', { hasText: 'took a token back' }).waitFor();
    await page.waitForFunction("document.querySelectorAll('.es-audits tbody tr').length === 1");
    assert.match(await audit.locator('tbody tr').innerText(), /ann[^]*home assistant/);
  });

  test('the rules say which of them count, and the switch changes it', async () => {
    await page.goto(`${host.url}/dashboard/rules`);
    const node = page.locator('[data-node=fuse]');
    await node.getByText('preset echosight').waitFor({ timeout: 60_000 });
    await node
      .locator('.es-rule', { hasText: /Alarm[^]*person[^]*counts now/i })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Disarmed' }).click();
    await page.locator('[data-mode=disarmed][aria-pressed=true]').waitFor();
    await node.locator('.es-rule-off', { hasText: 'not in this mode' }).first().waitFor();
    await node.locator('.es-rule-mode-now', { hasText: 'Disarmed' }).waitFor();
    // The rules of before are answered for some seconds more: the page asks again by itself.
    const knife = defaultRules.find(({ all }) => all.some(({ label }) => label === 'knife'));
    assert.ok(knife !== undefined);
    await happen(host.url, {
      id: 'with-a-knife',
      rules: [{ id: knife.id, node: 'fuse', name: 'Knife', severity: 2, firstAt: Date.now(), signals: [] }],
    });
    const held = node.locator('.es-rule', { hasText: 'Incidents: 1 in 24 hours, 1 in 7 days, 1 in 30 days · last' });
    await held.getByText('Knife', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByLabel('Sort by').selectOption('how often it held');
    await node.locator('.es-rule').first().getByText('Knife', { exact: true }).waitFor();
    await look(page, 'rules', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-rules'), []);
    await page.getByLabel('Only those that count now').check();
    await page.waitForFunction("document.querySelectorAll('.es-rule-off').length === 0");

    const phone = await person('de-DE', 390);
    await logIn(phone, 'ann', good);
    await phone.goto(`${host.url}/dashboard/rules`);
    await phone.locator('[data-node=fuse] .es-rule').first().waitFor({ timeout: 60_000 });
    await look(phone, 'rules-phone-de', { fullPage: true });
    assert.ok((await overflow(phone)) <= 0);
    assert.deepEqual(await tooSmall(phone, '.es-page'), []);
    await phone.context().close();
    await page.goto(`${host.url}/dashboard/accounts`);
    await page.locator('.es-own').waitFor({ timeout: 60_000 });
  });

  test('the own view is kept in the account: cameras, filter, and what is told', async () => {
    await page.goto(`${host.url}/dashboard/incidents`);
    await page.locator('.es-link-live').waitFor({ timeout: 60_000 });
    await page.locator('[data-camera="home/Porch"]').waitFor({ timeout: 60_000 });
    await page.locator('.es-filters select').first().selectOption('2');
    await page.getByRole('button', { name: 'My view' }).click();
    const view = page.locator('#es-view');
    await view.getByLabel('Porch · front').uncheck();
    await view.getByLabel('Tell me').selectOption('3');
    await page.locator('[data-camera="home/Porch"]').waitFor({ state: 'detached' });
    await view.getByRole('button', { name: 'Save as my view' }).click();
    await view.getByText('Kept in your account').waitFor();
    await look(page, 'my-view');
    assert.deepEqual(await accessibilityFaults(page, '#es-view'), []);

    const other = await person('de-DE', 390);
    await logIn(other, 'ann', good);
    await other.goto(`${host.url}/dashboard/incidents`);
    await other.waitForFunction("document.querySelector('.es-filters select')?.value === '2'", undefined, {
      timeout: 60_000,
    });
    await other.getByRole('button', { name: 'Meine Ansicht' }).click();
    assert.equal(await other.getByLabel('Porch · front').isChecked(), false);
    await look(other, 'my-view-phone-de');
    assert.ok((await overflow(other)) <= 0);
    assert.deepEqual(await tooSmall(other, '.es-page'), []);
    await other.context().close();

    await view.getByRole('button', { name: 'Forget my view' }).click();
    await page.locator('[data-camera="home/Porch"]').waitFor();
    await page.goto(`${host.url}/dashboard/accounts`);
    await page.locator('.es-own').waitFor({ timeout: 60_000 });
  });

  test('the browser tells of each incident once: grave enough, of cameras of the choice, and not again after a reconnect', async () => {
    const other = await person('en-GB');
    const context = other.context();
    await context.grantPermissions(['notifications'], { origin: host.url });
    // Notifications and tones are real; they only leave a note as well.
    await other.addInitScript(`(() => {
      Object.assign(window, { notices: [], tones: 0 });
      window.Notification = class extends Notification {
        constructor(title, options) {
          super(title, options);
          window.notices.push([options.tag, title, options.body].join(' | '));
        }
      };
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...when) {
        window.tones += 1;
        window.sounding = this.context;
        return start.apply(this, when);
      };
    })()`);
    const tones = (): Promise<number> => other.evaluate<number>('window.tones');
    const notice = async (id: string): Promise<void> => {
      await other.waitForFunction(`window.notices.some((one) => one.startsWith('${id} | '))`, undefined, {
        timeout: 60_000,
      });
    };
    const entrance = { source: 'entrance', sources: ['entrance'] };
    await logIn(other, 'ann', good);
    await other.goto(`${host.url}/dashboard/incidents`);
    await other.locator('.es-link-live').waitFor({ timeout: 60_000 });
    await other.locator('[data-camera="home/Porch"]').waitFor({ timeout: 60_000 });
    await other.getByRole('button', { name: 'My view' }).click();
    const view = other.locator('#es-view');
    await view.getByLabel('Porch · front').uncheck();
    await view.getByLabel('Tell me').selectOption('2');
    await view.getByLabel('with a notification of the browser').check();
    await other.waitForFunction("window.sounding?.state === 'running'", undefined, { timeout: 60_000 });
    const tried = await tones();
    assert.equal(tried, 2, 'the choice is heard at once');

    await happen(host.url, { id: 'small', severity: 1, ...entrance });
    await happen(host.url, { id: 'left-out', source: 'Porch', sources: ['Porch'] });
    await happen(host.url, { id: 'warning', severity: 2, label: 'Somebody is there', ...entrance });
    await happen(host.url, { id: 'warning', phase: 'update', seq: 2, severity: 2, ...entrance });
    await happen(host.url, { id: 'alarm', label: 'Breaking glass', ...entrance });
    await notice('alarm');
    assert.equal(await tones(), tried + 2 + 3, 'two tones of a warning, three of an alarm');

    await context.setOffline(true);
    await other.getByText('Connection lost, trying again').waitFor();
    await happen(host.url, { id: 'missed', ...entrance });
    await context.setOffline(false);
    await notice('missed');
    await view.getByLabel('with a sound').uncheck();
    const heard = await tones();
    await happen(host.url, { id: 'silent', ...entrance });
    await notice('silent');
    assert.equal(await tones(), heard);
    const all = await other.evaluate<string[]>('window.notices');
    assert.deepEqual(
      all.map((one) => one.split(' | ', 1)[0]),
      ['warning', 'alarm', 'missed', 'silent'],
    );
    assert.equal(all[1], 'alarm | Alarm: Breaking glass | hall, Test house');
    await context.close();
  });

  test('accounts, rules and the own view can be read in the dark', async () => {
    await turnDark(host, page);
    await page.locator('.es-own').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Add a person' }).click();
    await look(page, 'accounts-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-accounts'), []);
    await page.goto(`${host.url}/dashboard/rules`);
    await page.locator('[data-node=fuse] .es-rule').first().waitFor({ timeout: 60_000 });
    await look(page, 'rules-dark', { fullPage: true });
    assert.deepEqual(await accessibilityFaults(page, '.es-rules'), []);
    await page.goto(`${host.url}/dashboard/incidents`);
    await page.locator('.es-link-live').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'My view' }).click();
    await page.locator('#es-view').waitFor();
    assert.deepEqual(await accessibilityFaults(page, '.es-page'), []);
    await page.goto(`${host.url}/dashboard/accounts`);
    await page.locator('.es-own').waitFor({ timeout: 60_000 });
  });

  test('somebody changes the password, sees where they are logged in, speaks German and leaves everywhere', async () => {
    const other = await person('en-GB');
    await logIn(other, 'ann', good);
    await page.reload();
    await page.locator('.es-own li').nth(1).waitFor();
    assert.match(await page.locator('.es-own ul').innerText(), /Chrome, Linux[^]*this browser/);
    const own = page.locator('.es-own');
    await own.getByLabel('Present password').fill('quite wrong here');
    await own.getByLabel('New password, at least').fill('a longer horse battery');
    await own.getByLabel('New password again').fill('a longer horse battery');
    await own.getByRole('button', { name: 'Save' }).click();
    await told('own', /present password is wrong/).waitFor();
    await own.getByLabel('Present password').fill(good);
    await own.getByRole('button', { name: 'Save' }).click();
    await told('own', /Changed/).waitFor();
    await page.waitForFunction("document.querySelectorAll('.es-own li').length === 1");

    await own.getByLabel('Language').selectOption('de');
    await page.getByRole('heading', { name: 'Ihr Konto' }).waitFor({ timeout: 60_000 });
    // The language is kept in the account: another browser speaks it, too.
    await logIn(other, 'ann', 'a longer horse battery');
    await other.getByRole('heading', { name: 'Ihr Konto' }).waitFor({ timeout: 60_000 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await look(page, 'accounts-de', { fullPage: true });

    await page.locator('.es-own').getByRole('button', { name: 'Überall abmelden' }).click();
    await confirm('Überall abmelden');
    // What the page asked meanwhile leads there, too: so not one navigation is waited for, but what there is in the end.
    const login = (at: Page): Promise<void> => at.locator('main.narrow [name=password]').waitFor({ timeout: 60_000 });
    await login(page);
    await other.reload();
    await login(other);
    assert.deepEqual(faults, []);
  });
});
