import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { Access } from '../../../src/access/access.ts';
import { LoginWait } from '../../../src/access/login-waits.ts';
import { Passwords } from '../../../src/access/passwords.ts';
import { hasRole, maySee, maySeeSite } from '../../../src/contracts/access.ts';
import type { UserChange } from '../../../src/contracts/accounts.ts';
import type { SentinelError } from '../../../src/contracts/errors.ts';
import { desk, good, local, peer, withAdmin } from './desk.ts';

const named = (name: string) => (error: SentinelError) => error.name === name;
const wrongLogin = named('ES_LOGIN');
const refused = named('ES_ACCOUNT');

describe('the first account', () => {
  test('is made by the link of the log, once, within an hour', async (t) => {
    const { access, clock, folder } = await desk(t);
    assert.equal(await access.hasAccounts(), false);
    const old = access.firstLink();
    const link = access.firstLink();
    await assert.rejects(access.useLink({ link: old, name: 'eve', password: good }, peer), refused);
    assert.equal(await access.whoseLink(link), undefined);
    assert.equal(await access.useLink({ link, name: 'Ann', password: good }, peer), 'Ann');
    assert.equal(await access.hasAccounts(), true);
    await assert.rejects(access.useLink({ link, name: 'eve', password: good }, peer), refused);
    const late = access.firstLink();
    clock.advance(3_600_001);
    await assert.rejects(access.whoseLink(late), refused);
    // Somebody was faster: no second admin comes of a link that is still good.
    await assert.rejects(access.useLink({ link: access.firstLink(), name: 'eve', password: good }, peer), /already/);
    assert.deepEqual(
      (await access.users()).map(({ name, role, hasPassword }) => ({ name, role, hasPassword })),
      [{ name: 'Ann', role: 'admin', hasPassword: true }],
    );
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'access.key')).mode & 0o777, 0o600);
  });

  test('is an admin who sees everything, also when a command makes it', async (t) => {
    const { access } = await desk(t);
    await assert.rejects(access.addUser({ name: 'bob', role: 'viewer' }, 'command'), refused);
    await assert.rejects(access.addUser({ name: 'bob', role: 'admin', sources: ['home'] }, 'command'), refused);
    const { link, hasPassword } = await access.addUser({ name: 'bob', role: 'admin' }, 'command');
    assert.equal(hasPassword, false);
    await assert.rejects(access.login({ name: 'bob', password: '' }, peer), wrongLogin);
    assert.equal(await access.whoseLink(link), 'bob');
    await access.useLink({ link, password: good }, peer);
    assert.equal((await access.login({ name: 'BOB', password: good }, peer)).caller.role, 'admin');
    await assert.rejects(access.useLink({ link, password: good }, peer), refused);
  });
});

describe('sessions', () => {
  test('every login is a new one, kept as a hash, and ends by logout, by rest and by age', async (t) => {
    const { access, clock, database, folder } = await desk(t);
    await withAdmin(access);
    const { cookie } = await access.login({ name: 'ann', password: good }, peer);
    const { cookie: other } = await access.login({ name: 'ann', password: good }, peer);
    assert.notEqual(cookie, other);
    assert.equal((await access.bySession(cookie))?.name, 'ann');
    assert.equal(await access.bySession('chosen by somebody else'), undefined);
    await access.logout(cookie);
    assert.equal(await access.bySession(cookie), undefined);
    const week = 7 * 24 * 3_600_000;
    for (let day = 0; day < 29; day++) {
      clock.advance(24 * 3_600_000);
      assert.ok(await access.bySession(other), `day ${day}`);
    }
    clock.advance(24 * 3_600_000 + 1);
    assert.equal(await access.bySession(other), undefined);
    const { cookie: resting } = await access.login({ name: 'ann', password: good }, peer);
    clock.advance(week + 1);
    assert.equal(await access.bySession(resting), undefined);
    await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database.query);
    const bytes = readFileSync(join(folder, 'sentinel.db'));
    for (const secret of [cookie, other, resting, good]) assert.equal(bytes.includes(secret), false);
    assert.ok(bytes.includes(createHash('sha256').update(resting).digest('hex')));
  });

  test('a new password ends the others and what was made of them', async (t) => {
    const { access, clock } = await desk(t);
    await withAdmin(access);
    const { cookie, caller } = await access.login({ name: 'ann', password: good }, peer);
    const { cookie: other } = await access.login({ name: 'ann', password: good }, peer);
    const { access_token: jwt } = await access.accessToken(caller);
    assert.equal((await access.byBearer(jwt))?.name, 'ann');
    clock.advance(1000);
    const next = 'another horse battery';
    await assert.rejects(access.changePassword(caller, { password: 'wrong', newPassword: next }, peer), wrongLogin);
    await assert.rejects(access.changePassword(caller, { password: good, newPassword: 'short' }, peer), refused);
    await access.changePassword(caller, { password: good, newPassword: next }, peer, cookie);
    assert.equal((await access.bySession(cookie))?.name, 'ann');
    assert.equal(await access.bySession(other), undefined);
    assert.equal(await access.byBearer(jwt), undefined);
    await assert.rejects(access.login({ name: 'ann', password: good }, peer), wrongLogin);
    await access.login({ name: 'ann', password: next }, peer);
  });

  test('the token against foreign pages belongs to one cookie', async (t) => {
    const { access } = await desk(t);
    const token = access.csrfToken('cookie');
    assert.equal(access.isCsrfToken(token, 'cookie'), true);
    assert.equal(access.isCsrfToken(token, 'another'), false);
    assert.equal(access.isCsrfToken('', 'cookie'), false);
  });
});

describe('failed logins', () => {
  test('wait longer and longer, for each name and each address, known or not, over restarts', async (t) => {
    const { access, options, clock } = await desk(t);
    await withAdmin(access);
    for (const name of ['ann', 'stranger']) {
      const address = `192.0.2.${name.length}`;
      const attempt = () => access.login({ name, password: 'wrong' }, address);
      for (let n = 0; n < 5; n++) await assert.rejects(attempt(), wrongLogin, `${name} ${n}`);
      for (const seconds of [5, 10, 20]) {
        const right = access.login({ name, password: good }, address);
        await assert.rejects(right, (error) => error instanceof LoginWait && error.seconds === seconds);
        clock.advance(seconds * 1000);
        await assert.rejects(attempt(), wrongLogin);
      }
      await assert.rejects(new Access(options).login({ name, password: good }, address), LoginWait);
    }
    // From elsewhere the name has its own count: eight failures so far, ten are free.
    await access.login({ name: 'ann', password: good }, '192.0.2.99');
    for (let n = 0; n < 10; n++)
      await assert.rejects(access.login({ name: 'ann', password: 'no' }, `10.0.0.${n}`), wrongLogin);
    await assert.rejects(access.login({ name: 'ann', password: good }, '10.0.1.1'), LoginWait);
    clock.advance(15 * 60_000);
    await access.login({ name: 'ann', password: good }, '10.0.1.1');
  });

  test('at the same time cannot slip past each other', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    const tries = Array.from({ length: 12 }, () => access.login({ name: 'ann', password: 'wrong' }, peer));
    const settled = await Promise.allSettled(tries);
    const names = settled.map((one) => (one.status === 'rejected' ? (one.reason as SentinelError).name : 'in'));
    assert.equal(names.filter((name) => name === 'ES_LOGIN').length, 5);
    assert.equal(names.filter((name) => name === 'ES_LOGIN_WAIT').length, 7);
  });

  test('remember a bounded number of names and addresses', async (t) => {
    const { access, database, clock } = await desk(t);
    await withAdmin(access);
    const rows = Array.from({ length: 5000 }, (_, n) => ({
      ...{ key: `from old ${n}`, failures: 1, last_at: clock.now() - 1000, wait_until: 0 },
    }));
    for (let n = 0; n < rows.length; n += 500)
      await database.query
        .insertInto('login_failures')
        .values(rows.slice(n, n + 500))
        .execute();
    await assert.rejects(access.login({ name: 'x', password: 'wrong' }, peer), wrongLogin);
    assert.equal((await database.query.selectFrom('login_failures').select('key').execute()).length, 5000);
  });

  test('say the same whatever is wrong, and compare a password in any case', async (t) => {
    const compared: (string | null | undefined)[] = [];
    class Watched extends Passwords {
      override async matches(password: string, stored: string | null | undefined): Promise<boolean> {
        compared.push(stored);
        return await super.matches(password, stored);
      }
    }
    const { options } = await desk(t);
    const access = new Access({ ...options, passwords: new Watched({ cost: 4, blocks: 1, rounds: 1 }) });
    await withAdmin(access);
    const { id } = await access.addUser({ name: 'off', role: 'viewer' }, local);
    await access.changeUser(id, { disabled: true }, local);
    const texts = [];
    for (const [n, name] of ['ann', 'nobody there', 'off'].entries()) {
      const error = await access.login({ name, password: 'wrong' }, `10.0.0.${n}`).catch((thrown: unknown) => thrown);
      texts.push(String(error));
    }
    assert.equal(new Set(texts).size, 1);
    assert.equal(compared.length, 3);
    assert.deepEqual(compared.slice(1), [null, null]);
  });
});

describe('passwords', () => {
  test('are hashed with a salt and the parameters of today', async () => {
    const passwords = new Passwords();
    const [one, two] = await Promise.all([passwords.hash(good), passwords.hash(good)]);
    assert.match(one, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    assert.notEqual(one, two);
    assert.equal(await passwords.matches(good, one), true);
    assert.equal(await passwords.matches('wrong', one), false);
    assert.equal(await passwords.matches(good, null), false);
  });

  test('typed on another keyboard are the same', async () => {
    const passwords = new Passwords({ cost: 4, blocks: 1, rounds: 1 });
    const stored = await passwords.hash('Schlüssel und Schloss');
    assert.equal(await passwords.matches('Schlu\u0308ssel und Schloss', stored), true);
  });

  test('of older parameters are renewed by the next login', async (t) => {
    const { access, options, database } = await desk(t);
    await withAdmin(access);
    const stronger = new Access({ ...options, passwords: new Passwords({ cost: 5, blocks: 1, rounds: 1 }) });
    await stronger.login({ name: 'ann', password: good }, peer);
    const row = await database.query.selectFrom('users').selectAll().executeTakeFirstOrThrow();
    assert.match(row.password ?? '', /^scrypt\$5\$/);
    await stronger.login({ name: 'ann', password: good }, peer);
  });

  test('too many at once are refused, and the others are answered', async () => {
    const passwords = new Passwords({ cost: 4, blocks: 1, rounds: 1 });
    const settled = await Promise.allSettled(Array.from({ length: 30 }, () => passwords.hash(good)));
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 18);
    await passwords.hash(good);
  });

  test('that are easy to guess are not taken', async (t) => {
    const { access } = await desk(t);
    for (const password of ['short', 'aaaaaaaaaaaa', 'ann-ann-ann-', '121212121212']) {
      const link = access.firstLink();
      await assert.rejects(access.useLink({ link, name: 'ann', password }, peer), refused, password);
    }
  });
});

describe('accounts', () => {
  test('names are compared without case, and some stand for something else', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    for (const name of ['ANN', 'local', 'Flow', 'token x', '<b>', ' ', 'a\u202eb', '\u0430nn', 'x'.repeat(65)]) {
      await assert.rejects(access.addUser({ name, role: 'viewer' }, local), refused, name);
    }
  });

  test('one admin who may see everything is left', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    const [ann] = await access.users();
    const id = ann?.id ?? '';
    const changes: UserChange[] = [{ role: 'viewer' }, { disabled: true }, { sources: ['home'] }];
    for (const change of changes) {
      await assert.rejects(access.changeUser(id, change, local), refused);
    }
    const bob = await access.addUser({ name: 'bob', role: 'viewer', sources: ['home/door'] }, local);
    await assert.rejects(access.removeUser(id, local), refused);
    assert.deepEqual((await access.changeUser(bob.id, { role: 'admin', sources: null }, local))?.sources, undefined);
    assert.equal(await access.removeUser(id, local), true);
    assert.equal(await access.removeUser(id, local), false);
    assert.equal((await access.users()).length, 1);
  });

  test('one that is disabled is logged out at once', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    const bob = await access.addUser({ name: 'bob', role: 'operator' }, local);
    await access.useLink({ link: bob.link, password: good }, peer);
    const { cookie, caller } = await access.login({ name: 'bob', password: good }, peer);
    const { access_token: jwt } = await access.accessToken(caller);
    assert.equal((await access.bySession(cookie))?.role, 'operator');
    assert.equal((await access.byName('bob'))?.role, 'operator');
    await access.changeUser(bob.id, { disabled: true }, local);
    assert.deepEqual(await Promise.all([access.bySession(cookie), access.byBearer(jwt), access.byName('bob')]), [
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('who registers may see nothing until an admin says what', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    await access.register({ name: 'cid', password: good }, peer);
    const { caller } = await access.login({ name: 'cid', password: good }, peer);
    assert.deepEqual([caller.role, caller.sources], ['viewer', []]);
    for (let n = 0; n < 4; n++) await access.register({ name: `cid${n}`, password: good }, peer);
    await assert.rejects(access.register({ name: 'dot', password: good }, peer), LoginWait);
  });

  test('keep what their owner wants to see', async (t) => {
    const { access } = await desk(t);
    await withAdmin(access);
    const { caller } = await access.login({ name: 'ann', password: good }, peer);
    assert.deepEqual(await access.view(caller), {});
    await access.setView(caller, { cameras: ['home/door'], filters: { minimumSeverity: 2 } });
    assert.deepEqual(await access.view(caller), { cameras: ['home/door'], filters: { minimumSeverity: 2 } });
    assert.equal(await access.view(local), undefined);
  });
});

describe('tokens of programs', () => {
  test('are shown once, count until they end or are taken back, and say when they were used', async (t) => {
    const { access, clock } = await desk(t);
    await withAdmin(access);
    const made = await access.makeToken(
      { name: 'grafana', role: 'viewer', sources: ['home'], expiresInDays: 2 },
      local,
    );
    assert.match(made.token, /^echosight_[\w-]{43}$/);
    const caller = await access.byBearer(made.token);
    assert.deepEqual(
      [caller?.name, caller?.role, caller?.how, caller?.sources],
      ['token grafana', 'viewer', 'token', ['home']],
    );
    assert.equal((await access.tokens())[0]?.usedAt, clock.now());
    assert.equal(JSON.stringify(await access.tokens()).includes(made.token), false);
    const { access_token: jwt } = await access.accessToken(caller ?? local);
    assert.equal((await access.byBearer(jwt))?.name, 'token grafana');
    await access.revokeToken(made.id, local);
    assert.equal(await access.revokeToken(made.id, local), undefined);
    assert.deepEqual([await access.byBearer(made.token), await access.byBearer(jwt)], [undefined, undefined]);
    const short = await access.makeToken({ name: 'short', role: 'viewer', expiresInDays: 1 }, local);
    clock.advance(24 * 3_600_000 + 1);
    assert.equal(await access.byBearer(short.token), undefined);
    await assert.rejects(access.accessToken(local), refused);
  });
});

describe('the audit', () => {
  test('forgets nothing else for who does one thing over and over', async (t) => {
    const { access, database } = await desk(t);
    const note = (action: string) => {
      access.audit.note({ by: 'eve', how: 'session', action, at: 0 });
    };
    note('user.remove');
    await access.audit.settled();
    await sql`INSERT INTO audit (at, "by", how, action) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 205000)
      SELECT 0, 'eve', 'session', 'evidence.read' FROM n`.execute(database.query);
    for (let n = 0; n < 1000; n++) note('evidence.read');
    assert.equal((await access.audit.page(10, undefined, { action: 'user.remove' })).entries.length, 1);
    const { count } = await database.query
      .selectFrom('audit')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    assert.equal(count, 200_001);
  });

  test('has everything in order, by pages, and without a secret', async (t) => {
    const { access, clock } = await desk(t);
    await withAdmin(access);
    await assert.rejects(access.login({ name: 'my password', password: 'wrong' }, peer), wrongLogin);
    await assert.rejects(access.login({ name: 'ann', password: 'wrong' }, peer), wrongLogin);
    const { cookie, caller } = await access.login({ name: 'ann', password: good }, peer);
    const { token, id } = await access.makeToken({ name: 'grafana', role: 'viewer' }, caller);
    await access.revokeToken(id, caller);
    const { link } = await access.addUser({ name: 'bob', role: 'viewer' }, caller);
    await access.logout(cookie);
    access.audit.note({ by: 'ann', how: 'session', action: 'review', subject: 'incident-1', at: clock.now() });
    const { entries } = await access.audit.page(50);
    assert.deepEqual(entries.map(({ by, action, subject = '' }) => `${by}: ${action} ${subject}`.trim()).reverse(), [
      `ann: user.first-admin ${peer}`,
      `nobody: login.failed ${peer}`,
      `ann: login.failed ${peer}`,
      `ann: login ${peer}`,
      'ann: token.make grafana as viewer',
      'ann: token.revoke grafana',
      'ann: user.add bob as viewer',
      'ann: logout',
      'ann: review incident-1',
    ]);
    for (const secret of [token, link, cookie, good, 'my password']) {
      assert.equal(JSON.stringify(entries).includes(secret), false);
    }
    const first = await access.audit.page(4);
    assert.deepEqual([first.entries.length, first.next], [4, 6]);
    const second = await access.audit.page(50, first.next);
    assert.deepEqual([...first.entries, ...second.entries], entries);
    assert.equal(second.next, undefined);
    assert.equal((await access.audit.page(50, undefined, { action: 'login.failed', by: 'ann' })).entries.length, 1);
  });

  test('cannot be changed or shortened, not even by who writes SQL', async (t) => {
    const { access, database } = await desk(t);
    await withAdmin(access);
    await access.audit.settled();
    const { query } = database;
    await assert.rejects(query.updateTable('audit').set({ by: 'eve' }).execute(), /never changed|could not/);
    await assert.rejects(query.deleteFrom('audit').execute(), /is kept|could not/);
    assert.equal((await access.audit.page(10)).entries.length, 1);
  });

  test('that cannot be written is said once, and holds nobody up', async (t) => {
    const { options, log } = await desk(t);
    const broken = new Access({ ...options, database: () => Promise.reject(new Error('no disk')) });
    for (let n = 0; n < 5; n++) broken.audit.note({ by: 'ann', how: 'session', action: 'x', at: 0 });
    await broken.audit.settled();
    assert.equal(log.lines.filter((line) => line.includes('audit could not be written down: no disk')).length, 1);
  });
});

test('a role is enough for all below it, and a scope names sites or sources', () => {
  assert.equal(hasRole({ role: 'operator' }, 'viewer'), true);
  assert.equal(hasRole({ role: 'operator' }, 'admin'), false);
  const caller = { sources: ['home/door', 'garage'] };
  assert.deepEqual(
    [
      maySee(caller, 'home', 'door'),
      maySee(caller, 'home', 'yard'),
      maySee(caller, 'garage', 'x'),
      maySee({}, 'a', 'b'),
    ],
    [true, false, true, true],
  );
  assert.deepEqual(
    [
      maySeeSite(caller, 'home'),
      maySeeSite(caller, 'garage'),
      maySeeSite(caller, 'hom'),
      maySeeSite({ sources: [] }, 'home'),
    ],
    [true, true, false, false],
  );
});
