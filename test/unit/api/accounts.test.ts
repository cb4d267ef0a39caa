import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import type { Login } from '../../../src/api/login-caller.ts';
import { siteHost } from '../../../src/api/site-host.ts';
import type {
  AccountAnswer,
  AuditPage,
  NewToken,
  NewUser,
  SessionRecord,
  UserRecord,
} from '../../../src/contracts/accounts.ts';
import { Site, type SiteOptions } from '../../../src/site/site.ts';
import { good } from '../access/desk.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

/** As it comes from another machine: a proxy says so. */
const away = { 'x-forwarded-for': '203.0.113.5' };
const json = { 'content-type': 'application/json' };

/** A browser as far as cookies go, and our pages' habit of sending the token of the cookie. */
class Browser {
  readonly #address: string;
  readonly #base: Record<string, string>;
  /** Those of logins. */
  readonly cookies = new Map<string, string>();
  /** What stays of them. */
  readonly devices = new Map<string, string>();
  lastCookies: string[] = [];

  constructor(address: string, base: Record<string, string> = away) {
    this.#address = address;
    this.#base = base;
  }

  /** As our pages do it: every one that there is. */
  get csrf(): string | undefined {
    const tokens = [...this.cookies].filter(([name]) => name.includes('echosight-csrf')).map(([, value]) => value);
    return tokens.length === 0 ? undefined : tokens.join(',');
  }

  get session(): string {
    return [...this.cookies].find(([name]) => /^echosight-(?!csrf)/.test(name))?.[1] ?? '';
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies, ...this.devices].map(([name, value]) => `${name}=${value}`).join('; ');
    const csrf = this.csrf;
    const sent = {
      ...this.#base,
      ...(cookie === '' ? {} : { cookie }),
      ...(csrf === undefined || method === 'GET' ? {} : { 'x-csrf-token': csrf }),
      ...(body === undefined ? {} : json),
      ...headers,
    };
    const init = { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.#address}/api/v1${path}`, init);
    this.lastCookies = response.headers.getSetCookie();
    for (const line of this.lastCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const kept = name.includes('device') ? this.devices : this.cookies;
      if (value === '') kept.delete(name);
      else kept.set(name, value);
    }
    return response;
  }

  async status(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<number> {
    const response = await this.ask(method, path, body, headers);
    await response.arrayBuffer();
    return response.status;
  }
}

async function bench(t: TestContext, options: Partial<SiteOptions> = {}, login: Partial<Login> = {}) {
  const log = new RecordingLog();
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t), ...options }, log);
  t.after(() => site.close());
  const whole = { authenticated: () => false, user: () => undefined, ...login };
  const address = await serveApi(
    t,
    siteHost(() => [site], whole, log),
  );
  return { site, address, log, browser: () => new Browser(address), here: new Browser(address, {}) };
}

/** With the admin ann, who is logged in from elsewhere. */
async function withAnn(t: TestContext, options: Partial<SiteOptions> = {}, login: Partial<Login> = {}) {
  const made = await bench(t, options, login);
  const link = made.site.access.firstLink();
  const ann = made.browser();
  assert.equal(await ann.status('POST', '/account/link', { link, name: 'ann', password: good }), 200);
  assert.equal(await ann.status('POST', '/login', { name: 'ann', password: good }), 200);
  return { ...made, ann };
}

async function person(ann: Browser, browser: Browser, request: object): Promise<NewUser> {
  const response = await ann.ask('POST', '/users', request);
  assert.equal(response.status, 201);
  const user = (await response.json()) as NewUser;
  assert.equal(await browser.status('POST', '/account/link', { link: user.link, password: good }), 200);
  assert.equal(await browser.status('POST', '/login', { name: user.name, password: good }), 200);
  return user;
}

describe('while there are no accounts', () => {
  test('everything is as it was: this machine may all, others nothing but use the link of the log', async (t) => {
    const { site, browser, here } = await bench(t);
    const stranger = browser();
    for (const path of ['/incidents', '/health', '/users', '/account']) {
      assert.equal(await stranger.status('GET', path), 403, path);
      assert.equal(await here.status('GET', path), 200, path);
    }
    assert.deepEqual(await (await stranger.ask('GET', '/door')).json(), { accounts: false, registration: false });
    assert.equal(await stranger.status('POST', '/login', { name: 'ann', password: good }), 401);
    const { name, role, how, accounts } = (await (await here.ask('GET', '/account')).json()) as AccountAnswer;
    assert.deepEqual({ name, role, how, accounts }, { name: 'local', role: 'admin', how: 'local', accounts: false });
    assert.deepEqual(
      await (await stranger.ask('POST', '/account/link-owner', { link: site.access.firstLink() })).json(),
      {},
    );
  });

  test('the login of Node-RED makes an admin of its name', async (t) => {
    const { browser } = await bench(t, {}, { authenticated: () => true, user: () => 'house' });
    const { name, role, how } = (await (await browser().ask('GET', '/account')).json()) as AccountAnswer;
    assert.deepEqual({ name, role, how }, { name: 'house', role: 'admin', how: 'node-red' });
  });
});

describe('with accounts', () => {
  test('who is not logged in learns nothing but that it lives; this machine stays what it was', async (t) => {
    const { browser, here, ann } = await withAnn(t);
    const stranger = browser();
    for (const path of ['/incidents', '/cameras', '/users', '/account', '/site/arming', '/nothing']) {
      assert.equal(await stranger.status('GET', path), 401, path);
    }
    assert.deepEqual(await (await stranger.ask('GET', '/health')).json(), { status: 'ok' });
    assert.equal((await (await ann.ask('GET', '/health')).text()).includes('sites'), true);
    assert.equal(await here.status('GET', '/incidents'), 200);
    assert.equal(await here.status('PUT', '/site/arming', { mode: 'away' }), 200);
    const { name, how } = (await (await ann.ask('GET', '/account')).json()) as AccountAnswer;
    assert.deepEqual({ name, how }, { name: 'ann', how: 'session' });
  });

  test('this machine logs in too, where the site says so', async (t) => {
    const { here } = await withAnn(t, { localLogin: true });
    assert.equal(await here.status('GET', '/incidents'), 401);
    assert.equal(await here.status('POST', '/login', { name: 'ann', password: good }), 200);
    assert.equal(await here.status('GET', '/incidents'), 200);
  });

  test('a name that the login of Node-RED has checked is the account of this name', async (t) => {
    let user = 'ann';
    const { browser } = await withAnn(t, {}, { authenticated: () => true, user: () => user });
    const asked = browser();
    const { name, how } = (await (await asked.ask('GET', '/account')).json()) as AccountAnswer;
    assert.deepEqual({ name, how }, { name: 'ann', how: 'node-red' });
    user = 'eve';
    assert.equal(await asked.status('GET', '/account'), 401);
  });

  test('without the database nobody is known but this machine', async (t) => {
    const { site, browser, here } = await withAnn(t);
    await site.access.close();
    await (await site.database()).close();
    assert.equal(await browser().status('GET', '/cameras'), 503);
    assert.equal(await here.status('GET', '/cameras'), 200);
  });

  test('roles decide, and accounts need an admin who sees everything', async (t) => {
    const { browser, ann } = await withAnn(t);
    const [viewer, operator, partial] = [browser(), browser(), browser()];
    await person(ann, viewer, { name: 'vic', role: 'viewer' });
    await person(ann, operator, { name: 'olga', role: 'operator', sources: ['home/door'] });
    await person(ann, partial, { name: 'pat', role: 'admin', sources: ['home'] });
    assert.equal(await viewer.status('PUT', '/site/arming', { mode: 'away' }), 403);
    assert.equal(await operator.status('PUT', '/site/arming', { mode: 'away' }), 403);
    assert.equal(await partial.status('PUT', '/site/arming', { mode: 'away' }), 200);
    for (const somebody of [viewer, operator, partial]) {
      for (const path of ['/users', '/tokens', '/audit']) assert.equal(await somebody.status('GET', path), 403, path);
      assert.equal(await somebody.status('POST', '/users', { name: 'eve', role: 'admin' }), 403);
      assert.equal(await somebody.status('POST', '/tokens', { name: 'eve', role: 'admin' }), 403);
    }
    assert.equal(
      (await fetch(`${await ann.ask('GET', '/door').then((r) => new URL(r.url).origin)}/metrics`)).status,
      200,
    );
  });
});

describe('a session', () => {
  test('is HttpOnly, Strict, and by TLS alone where it came by TLS', async (t) => {
    const { ann, browser } = await withAnn(t);
    await ann.status('POST', '/login', { name: 'ann', password: good });
    const [session = '', csrf = ''] = ann.lastCookies;
    assert.match(session, /^echosight-[0-9a-f]{8}=[\w-]{43}; Path=\/; Max-Age=2592000; SameSite=Strict; HttpOnly$/);
    assert.match(csrf, /^echosight-csrf-[0-9a-f]{8}=[\w-]{43}; Path=\/; Max-Age=2592000; SameSite=Strict$/);
    const tls = browser();
    await tls.status('POST', '/login', { name: 'ann', password: good }, { 'x-forwarded-proto': 'https' });
    const [secure = ''] = tls.lastCookies;
    assert.match(
      secure,
      /^__Host-echosight-[0-9a-f]{8}=[\w-]{43}; Path=\/; Max-Age=2592000; SameSite=Strict; Secure; HttpOnly$/,
    );
    assert.equal(await tls.status('GET', '/account', undefined, { 'x-forwarded-proto': 'https' }), 200);
    // What came without TLS may have been set by anybody on the way.
    assert.equal(await ann.status('GET', '/account', undefined, { 'x-forwarded-proto': 'https' }), 401);
  });

  test('cannot be fixed beforehand, and the one of before ends with a login', async (t) => {
    const { browser, ann } = await withAnn(t);
    const victim = browser();
    victim.cookies.set('echosight', 'chosen-by-the-attacker-chosen-by-the-attack');
    await victim.status('POST', '/login', { name: 'ann', password: good });
    assert.notEqual(victim.session, 'chosen-by-the-attacker-chosen-by-the-attack');
    assert.equal(await victim.status('GET', '/account'), 200);
    const attacker = browser();
    attacker.cookies.set('echosight', 'chosen-by-the-attacker-chosen-by-the-attack');
    assert.equal(await attacker.status('GET', '/account'), 401);
    const before = ann.session;
    await ann.status('POST', '/login', { name: 'ann', password: good });
    attacker.cookies.set('echosight', before);
    assert.equal(await attacker.status('GET', '/account'), 401);
    assert.equal(await ann.status('GET', '/account'), 200);
  });

  test('changes nothing without its token, whatever page asks', async (t) => {
    const { ann } = await withAnn(t);
    const change = (headers: Record<string, string>) => ann.status('PUT', '/site/arming', { mode: 'away' }, headers);
    const right = ann.csrf ?? '';
    for (const wrong of ['', 'x', right.slice(1), createHmac('sha256', 'another').update('csrf').digest('base64url')]) {
      assert.equal(await change({ 'x-csrf-token': wrong }), 403, wrong);
    }
    assert.equal(await change({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await change({ origin: 'https://evil.example' }), 403);
    assert.equal(await change({}), 200);
    // A form of another page cannot be JSON, and a login begun by another page would be somebody else's.
    const login = { name: 'ann', password: good };
    assert.equal(await ann.status('POST', '/login', login, { 'content-type': 'text/plain' }), 415);
    assert.equal(await ann.status('POST', '/login', login, { 'sec-fetch-site': 'cross-site' }), 403);
  });

  test('ends by logout, and with a new password all others do', async (t) => {
    const { ann, browser } = await withAnn(t);
    const other = browser();
    await other.status('POST', '/login', { name: 'ann', password: good });
    const newPassword = 'a quite different one';
    assert.equal(await ann.status('POST', '/account/password', { password: 'wrong', newPassword }), 401);
    assert.equal(await ann.status('POST', '/account/password', { password: good, newPassword: 'short' }), 422);
    assert.equal(await ann.status('POST', '/account/password', { password: good, newPassword }), 204);
    assert.equal(await ann.status('GET', '/account'), 200);
    assert.equal(await other.status('GET', '/account'), 401);
    const cookie = ann.session;
    assert.equal(await ann.status('POST', '/logout'), 204);
    assert.equal(ann.cookies.size, 0);
    other.cookies.set('echosight', cookie);
    assert.equal(await other.status('GET', '/account'), 401);
  });
});

describe('two Node-REDs on one machine', () => {
  test('keep their logins apart, though browsers send the cookies of both to each', async (t) => {
    const [house, shop] = [await withAnn(t), await withAnn(t)];
    const browser = house.ann;
    for (const [name, value] of shop.ann.cookies) browser.cookies.set(name, value);
    shop.ann.cookies.clear();
    for (const [name, value] of browser.cookies) shop.ann.cookies.set(name, value);
    for (const page of [browser, shop.ann]) {
      assert.equal(page.cookies.size, 4);
      assert.equal(await page.status('PUT', '/site/arming', { mode: 'away' }), 200);
    }
    assert.equal(await browser.status('POST', '/logout'), 204);
    assert.equal(browser.cookies.size, 2);
    assert.equal(await browser.status('GET', '/account'), 401);
    for (const [name] of shop.ann.cookies) if (!browser.cookies.has(name)) shop.ann.cookies.delete(name);
    assert.equal(await shop.ann.status('PUT', '/site/arming', { mode: 'night' }), 200);
  });

  test('know a session by its name of before, until it is logged out', async (t) => {
    const { ann, browser } = await withAnn(t);
    const old = browser();
    for (const [name, value] of ann.cookies) old.cookies.set(name.replace(/-[0-9a-f]{8}$/, ''), value);
    assert.deepEqual([...old.cookies.keys()], ['echosight', 'echosight-csrf']);
    assert.equal(await old.status('PUT', '/site/arming', { mode: 'away' }), 200);
    assert.equal(await old.status('POST', '/logout'), 204);
    assert.equal(old.cookies.size, 0);
  });
});

describe('where somebody is logged in', () => {
  test('is told to nobody else, and ended one by one or everywhere', async (t) => {
    const { ann, browser } = await withAnn(t);
    const bob = browser();
    await person(ann, bob, { name: 'bob', role: 'viewer' });
    const phone = browser();
    await phone.status('POST', '/login', { name: 'ann', password: good }, { 'user-agent': 'Phone/1.0' });
    const list = async (who: Browser) =>
      ((await (await who.ask('GET', '/account/sessions')).json()) as { sessions: SessionRecord[] }).sessions;
    const seen = await list(ann);
    assert.deepEqual(
      seen.map(({ current }) => current),
      [false, true],
    );
    assert.equal(seen[0]?.agent, 'Phone/1.0');
    assert.equal(JSON.stringify(seen).includes(phone.session), false);
    assert.equal((await list(bob)).length, 1);

    const path = `/account/sessions/${seen[0].id}`;
    assert.equal(await bob.status('DELETE', path), 404);
    assert.equal(await phone.status('GET', '/account'), 200);
    assert.equal(await ann.status('DELETE', path), 204);
    assert.equal(await phone.status('GET', '/account'), 401);

    await phone.status('POST', '/login', { name: 'ann', password: good });
    assert.deepEqual(await (await ann.ask('DELETE', '/account/sessions')).json(), { ended: 2 });
    for (const [who, status] of [
      [phone, 401],
      [ann, 401],
      [bob, 200],
    ] as const) {
      assert.equal(await who.status('GET', '/account'), status);
    }
  });

  test('an admin learns when somebody was last there', async (t) => {
    const { ann } = await withAnn(t);
    const { users } = (await (await ann.ask('GET', '/users')).json()) as { users: UserRecord[] };
    const [{ seenAt = 0, loggedInAt = Infinity } = {}] = users;
    assert.ok(seenAt >= loggedInAt);
  });
});

describe('who guesses', () => {
  test('is answered alike whatever is wrong, and has to wait', async (t) => {
    const { browser } = await withAnn(t);
    const guesser = browser();
    const said = new Set<string>();
    for (const name of ['ann', 'nobody', 'ann', 'nobody', 'x']) {
      const response = await guesser.ask('POST', '/login', { name, password: 'wrong password' });
      said.add(`${response.status} ${await response.text()}`);
    }
    assert.equal(said.size, 1);
    assert.match([...said].join(), /^401 .*The name or the password is wrong/);
    const waits = await guesser.ask('POST', '/login', { name: 'ann', password: good });
    // What is left of five seconds.
    assert.deepEqual([waits.status, /^[1-5]$/.test(waits.headers.get('retry-after') ?? '')], [429, true]);
  });
});

describe('who locks others out', () => {
  test('by failing under their name, or at the address that a proxy gives to all, does not reach where they were before', async (t) => {
    const { ann, browser, site } = await withAnn(t);
    const eve = browser();
    for (let n = 0; n < 6; n++) await eve.status('POST', '/login', { name: 'ann', password: 'wrong password' });
    assert.equal(await browser().status('POST', '/login', { name: 'ann', password: good }), 429);
    assert.equal(await ann.status('POST', '/logout'), 204);
    assert.equal(await ann.status('POST', '/login', { name: 'ann', password: good }), 200);
    // Elsewhere, a new link of an admin or of the shell brings her in.
    const [{ id } = { id: '' }] = await site.access.users();
    const { link = '' } = (await site.access.resetUser(id, 'command')) ?? {};
    const phone = browser();
    assert.equal(await phone.status('POST', '/account/link', { link, password: `${good} anew` }), 200);
    assert.equal(await phone.status('POST', '/login', { name: 'ann', password: `${good} anew` }), 200);
  });

  test('has no more guesses where somebody was before, and none more for another account', async (t) => {
    const { ann, browser } = await withAnn(t);
    await person(ann, browser(), { name: 'bob', role: 'viewer' });
    for (let n = 0; n < 5; n++) await ann.status('POST', '/login', { name: 'bob', password: 'wrong password' });
    assert.equal(await ann.status('POST', '/login', { name: 'bob', password: good }), 429);
    for (let n = 0; n < 6; n++) await ann.status('POST', '/login', { name: 'ann', password: 'wrong password' });
    assert.equal(await ann.status('POST', '/login', { name: 'ann', password: good }), 429);
  });
});

describe('programs', () => {
  test('come with a token or a JWT made of it, and need no token against foreign pages', async (t) => {
    const { ann, browser } = await withAnn(t);
    const made = await ann.ask('POST', '/tokens', { name: 'home assistant', role: 'operator', sources: ['home'] });
    const { token, id } = (await made.json()) as NewToken;
    const program = browser();
    const bearer = { authorization: `Bearer ${token}` };
    assert.equal(await program.status('PUT', '/site/arming', { mode: 'away' }, bearer), 200);
    assert.equal(await program.status('GET', '/cameras', undefined, { 'x-api-key': token }), 200);
    assert.equal(await program.status('GET', '/users', undefined, bearer), 403);
    const answer = await program.ask('POST', '/token', undefined, bearer);
    const { access_token: jwt, expires_in: seconds } = (await answer.json()) as {
      access_token: string;
      expires_in: number;
    };
    assert.equal(seconds, 900);
    assert.equal(await program.status('GET', '/cameras', undefined, { authorization: `Bearer ${jwt}` }), 200);
    // A leaked one is worth nothing after a quarter of an hour.
    assert.equal(await program.status('POST', '/token', undefined, { authorization: `Bearer ${jwt}` }), 403);
    assert.equal(await program.status('POST', '/token', undefined, { 'x-api-key': jwt }), 403);
    const byPassword = await program.ask('POST', '/token', { name: 'ann', password: good });
    const { access_token: own } = (await byPassword.json()) as { access_token: string };
    assert.equal(await program.status('GET', '/users', undefined, { authorization: `Bearer ${own}` }), 200);
    assert.equal(await ann.status('DELETE', `/tokens/${id}`), 200);
    for (const dead of [token, jwt]) {
      assert.equal(await program.status('GET', '/cameras', undefined, { authorization: `Bearer ${dead}` }), 401);
    }
    assert.equal(await program.status('POST', '/token'), 401);
  });

  test('with a wrong token are nobody, also on this machine', async (t) => {
    const { here } = await withAnn(t);
    assert.equal(await here.status('GET', '/cameras', undefined, { authorization: 'Bearer echosight_wrong' }), 401);
  });
});

describe('accounts', () => {
  test('are made, changed, disabled and removed by an admin', async (t) => {
    const { ann, browser } = await withAnn(t);
    const bob = browser();
    const { id, link } = await person(ann, bob, { name: 'bob', role: 'viewer', sources: ['home/door'] });
    assert.equal(await bob.status('POST', '/account/link', { link, password: good }), 422);
    assert.equal(await ann.status('POST', '/users', { name: 'Bob', role: 'viewer' }), 422);
    assert.equal(await ann.status('POST', '/users', { name: 'cid', role: 'root' }), 422);
    assert.equal(await bob.status('PUT', '/account/view', { cameras: ['home/door'] }), 200);
    assert.equal(await bob.status('PUT', '/account/view', { cameras: 'all' }), 422);
    assert.deepEqual(await (await bob.ask('GET', '/account/view')).json(), { cameras: ['home/door'] });
    assert.equal(await ann.status('PUT', `/users/${id}`, { disabled: true }), 200);
    assert.equal(await bob.status('GET', '/account'), 401);
    assert.equal(await ann.status('POST', `/users/${id}/link`), 201);
    assert.equal(await ann.status('DELETE', `/users/${id}`), 204);
    assert.equal(await ann.status('DELETE', `/users/${id}`), 404);
    const { users } = (await (await ann.ask('GET', '/users')).json()) as { users: UserRecord[] };
    assert.deepEqual(
      users.map(({ name }) => name),
      ['ann'],
    );
    assert.equal(await ann.status('DELETE', `/users/${users[0]?.id ?? ''}`), 204);
  });

  test('are made by anybody only where the site says so', async (t) => {
    const closed = await withAnn(t);
    assert.equal(await closed.browser().status('POST', '/register', { name: 'eve', password: good }), 404);
    const open = await withAnn(t, { registration: true });
    const eve = open.browser();
    assert.equal(await eve.status('POST', '/register', { name: 'eve', password: good }), 204);
    assert.equal(await eve.status('POST', '/login', { name: 'eve', password: good }), 200);
    assert.deepEqual(await (await eve.ask('GET', '/cameras')).json(), { cameras: [], total: 0 });
  });

  test('leave behind who did what, and no secret anywhere', async (t) => {
    const { ann, browser, log, site } = await withAnn(t);
    const bob = browser();
    const { link } = await person(ann, bob, { name: 'bob', role: 'operator' });
    const made = (await (await ann.ask('POST', '/tokens', { name: 'grafana', role: 'viewer' })).json()) as NewToken;
    await bob.status('PUT', '/site/arming', { mode: 'away' });
    await bob.status('POST', '/login', { name: 'bob', password: 'wrong password' });
    await bob.status('POST', '/logout');
    const audit = (await (await ann.ask('GET', '/audit?limit=3')).json()) as AuditPage;
    assert.deepEqual(
      audit.entries.map(({ by, action }) => `${by} ${action}`),
      ['bob logout', 'bob login.failed', 'bob arming'],
    );
    const rest = await (await ann.ask('GET', `/audit?before=${audit.next ?? 0}`)).text();
    const seen = [rest, JSON.stringify(audit), log.lines.join('\n'), await (await ann.ask('GET', '/users')).text()];
    seen.push(await (await ann.ask('GET', '/tokens')).text(), JSON.stringify(await site.report()));
    const secrets = [good, link, made.token, ann.session, ann.csrf ?? ''];
    for (const secret of secrets) assert.equal(seen.join('\n').includes(secret), false);
    assert.equal(rest.includes('token.make'), true);
  });
});
