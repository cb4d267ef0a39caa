import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { checkedEmailAccount, type EmailAccount } from '../../src/alerting/channels/email/account.ts';
import { incident } from '../unit/alerting/incident.ts';
import { jpeg, until } from './alert-desk.ts';
import { channelDesk, channelPolicy } from './channel-desk.ts';

const password = 'canary-mail-password-99';

interface Received {
  from: string;
  to: string[];
  source: string;
  secure: boolean;
  user: string;
}

/** A real mail server, and alerts that go through it. @param refusals reply codes to the next mails that were sent whole */
async function scene(
  t: TestContext,
  options: SMTPServerOptions = {},
  changes: Partial<EmailAccount> = {},
  refusals: number[] = [],
) {
  const mails: Received[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    ...options,
    onAuth: ({ username = '', password: given }, session, done) => {
      logins.push(`${session.secure ? 'secret' : 'plain'} ${username}`);
      if (given === password) done(null, { user: username });
      else done(Object.assign(new Error('Authentication failed'), { responseCode: 535 }));
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const responseCode = refusals.shift();
        if (responseCode !== undefined) {
          done(Object.assign(new Error('Not now'), { responseCode }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString(),
          secure: session.secure,
          user: String(session.user ?? ''),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  );
  const { port } = server.server.address() as AddressInfo;
  const account: EmailAccount = {
    ...{ id: 'mail', host: '127.0.0.1', port, security: 'starttls', verifyCertificate: false },
    ...{ username: 'sentinel', password, from: 'sentinel@example.org', recipients: ['anna@example.org'] },
    ...changes,
  };
  const checked = checkedEmailAccount(account);
  return { checked, mails, logins, ...(await channelDesk(t, checked, 20)) };
}

describe('alerts by mail', { timeout: 120_000 }, () => {
  test('arrive over STARTTLS with the picture inside, once for each person', async (t) => {
    const { mails, logins, alerts, settled } = await scene(
      t,
      {},
      { recipients: ['anna@example.org', 'Ben <ben@example.org>'] },
    );
    await alerts.alert(incident(), jpeg, channelPolicy);
    await settled();
    assert.deepEqual(mails.flatMap(({ to }) => to).sort(), ['anna@example.org', 'ben@example.org']);
    assert.ok(logins.every((login) => login === 'secret sentinel'));
    const [{ source, secure, user, from } = { source: '', secure: false, user: '', from: '' }] = mails;
    assert.deepEqual([secure, user, from], [true, 'sentinel', 'sentinel@example.org']);
    assert.match(source, /^Subject: Alarm at Kiosk: Person and breaking glass\r$/m);
    assert.match(source, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(source, /Content-Id: <snapshot@echosight>/i);
    assert.match(source, /src=(3D)?"cid:snapshot@echosight"/);
    assert.ok(source.replaceAll('\r\n', '').includes(jpeg.toString('base64')));
  });

  test('about one incident are one thread', async (t) => {
    const { mails, alerts, settled } = await scene(t);
    await alerts.alert(incident({ severity: 2 }), undefined, channelPolicy);
    await settled();
    await alerts.alert(incident({ severity: 3, phase: 'update' }), undefined, channelPolicy);
    await settled();
    const header = (index: number, name: string) =>
      new RegExp(`^${name}: (<[^>]+>)`, 'm').exec(mails[index]?.source ?? '')?.[1];
    const root = header(0, 'Message-ID');
    assert.match(root ?? '', /^<[0-9a-f]{32}\.0@example\.org>$/);
    assert.equal(header(0, 'In-Reply-To'), undefined);
    assert.notEqual(header(1, 'Message-ID'), root);
    assert.deepEqual([header(1, 'In-Reply-To'), header(1, 'References')], [root, root]);
  });

  test('never send a password in plain text: a server without TLS gets no mail', async (t) => {
    const server = { disabledCommands: ['STARTTLS'], allowInsecureAuth: true };
    const { mails, logins, alerts, deliveries } = await scene(t, server);
    await alerts.alert(incident(), undefined, channelPolicy);
    await until(() => deliveries.some(({ error }) => error !== undefined));
    assert.equal(deliveries.find(({ error }) => error !== undefined)?.error?.name, 'ES_CHANNEL_SETUP');
    assert.deepEqual([mails, logins], [[], []]);
    const none = { id: 'a', host: 'mail', port: 25, verifyCertificate: true, from: 'a@b.c', recipients: ['a@b.c'] };
    assert.throws(() => checkedEmailAccount({ ...none, security: 'none', username: 'u', password }), {
      name: 'ES_BAD_CONFIG',
    });
  });

  test('refuse a certificate that nobody trusts, unless told otherwise', async (t) => {
    const { mails, logins, alerts, deliveries } = await scene(t, {}, { verifyCertificate: true });
    await alerts.alert(incident(), undefined, channelPolicy);
    await until(() => deliveries.some(({ error }) => error !== undefined));
    assert.equal(deliveries.find(({ error }) => error !== undefined)?.error?.name, 'ES_CHANNEL_SETUP');
    assert.deepEqual([mails, logins], [[], []]);
  });

  test('with a wrong password wait, and the password stands nowhere', async (t) => {
    const { logins, alerts, deliveries, log } = await scene(t, {}, { password: 'canary-wrong-11' });
    await alerts.alert(incident(), undefined, channelPolicy);
    await until(() => logins.length >= 2);
    const told = deliveries.filter(({ error }) => error?.name === 'ES_CHANNEL_SETUP');
    assert.equal(told.length, 1);
    assert.doesNotMatch(JSON.stringify([deliveries, log.lines]), /canary/);
  });

  test('are tried again after 4xx, and fail after 5xx with the name of what is wrong', async (t) => {
    let tries = 0;
    const { mails, alerts, settled, deliveries } = await scene(
      t,
      {
        onRcptTo: ({ address }, _session, done) => {
          if (address === 'gone@example.org') done(Object.assign(new Error('No such user'), { responseCode: 550 }));
          else if (tries++ === 0) done(Object.assign(new Error('Greylisted'), { responseCode: 451 }));
          else done();
        },
      },
      { recipients: ['anna@example.org', 'gone@example.org'] },
    );
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.deepEqual(
      mails.map(({ to }) => to),
      [['anna@example.org']],
    );
    const failed = deliveries.filter(({ status }) => status === 'failed');
    assert.deepEqual(
      failed.map(({ error, recipient }) => [error?.name, recipient]),
      [['ES_CHANNEL_RECIPIENT', 'g***@example.org']],
    );
  });

  test('are tried again whenever the server says that it will pass: as we come, at the sender, behind the mail', async (t) => {
    let [visits, senders] = [0, 0];
    const busy = (times: number, responseCode: number, done: (error?: Error) => void): void => {
      if (times === 0) done(Object.assign(new Error('Too busy'), { responseCode }));
      else done();
    };
    const options: SMTPServerOptions = {
      onConnect: (_session, done) => {
        busy(visits++, 421, done);
      },
      onMailFrom: (_address, _session, done) => {
        busy(senders++, 450, done);
      },
    };
    const { mails, alerts, settled, deliveries } = await scene(t, options, {}, [452, 451]);
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(mails.length, 1);
    assert.deepEqual([deliveries.at(-1)?.status, deliveries.at(-1)?.attempts], ['accepted', 5]);
  });

  const refuseSender: SMTPServerOptions['onMailFrom'] = (_address, _session, done) => {
    done(Object.assign(new Error('No'), { responseCode: 553 }));
  };
  for (const [what, options, refusals] of [
    ['the sender', { onMailFrom: refuseSender }, []],
    ['the mail as too large', {}, [552]],
    ['the mail as spam', {}, [554]],
  ] as const satisfies readonly (readonly [string, SMTPServerOptions, readonly number[]])[]) {
    test(`fail at once, by name, where the server refuses ${what}`, async (t) => {
      const { mails, alerts, settled, deliveries } = await scene(t, options, {}, [...refusals]);
      await alerts.alert(incident(), undefined, channelPolicy);
      await settled();
      await until(() => deliveries.some(({ status }) => status === 'failed'));
      const { error, attempts } = deliveries.find(({ status }) => status === 'failed') ?? {};
      assert.deepEqual([error?.name, attempts, mails.length], ['ES_CHANNEL_MESSAGE', 1, 0]);
    });
  }

  test('what a camera is called cannot begin a header', async (t) => {
    const { mails, alerts, settled } = await scene(t);
    await alerts.alert(incident({ label: 'x\r\nBcc: evil@example.org\r\n\r\nhello' }), undefined, channelPolicy);
    await settled();
    assert.equal(mails.length, 1);
    assert.deepEqual(mails[0]?.to, ['anna@example.org']);
    assert.doesNotMatch(mails[0].source, /^Bcc:/m);
  });

  test('addresses that could hold another one are refused', () => {
    const good = {
      id: 'a',
      host: 'mail',
      port: 587,
      security: 'auto',
      verifyCertificate: true,
      username: '',
      password: '',
      from: 'a@b.c',
      recipients: ['a@b.c'],
    } as const;
    for (const recipient of ['a@b.c\r\nBcc: x@y.z', 'a@b.c, x@y.z', 'nobody', 'a@b@c', '<a@b.c> x']) {
      assert.throws(
        () => checkedEmailAccount({ ...good, recipients: [recipient] }),
        { name: 'ES_BAD_CONFIG' },
        recipient,
      );
    }
    assert.throws(() => checkedEmailAccount({ ...good, host: '169.254.169.254' }), { name: 'ES_BAD_ADDRESS' });
  });

  test('a server is asked whether it would take mail, without one', async (t) => {
    const stop = new AbortController().signal;
    const right = await scene(t);
    assert.equal((await right.checked.open({ clock: right.clock, stop }).check?.())?.result, 'ok');
    assert.deepEqual([right.logins, right.mails], [['secret sentinel'], []]);
    const wrong = await scene(t, {}, { password: 'canary-wrong-12' });
    const answer = await wrong.checked.open({ clock: wrong.clock, stop }).check?.();
    assert.equal(answer?.result === 'refused' && answer.refusal.status, 535);
    assert.doesNotMatch(JSON.stringify(answer), /canary/);
  });
});
