import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { incident } from '../unit/alerting/incident.ts';
import { outboxRow } from '../unit/database/rows.ts';
import { alertDesk, jpeg, phoneNumberId, policy, token, until } from './alert-desk.ts';

/** Requests that nobody answers and that never arrived. */
function lost(times: number): { answer: 'none'; arrived: false }[] {
  return Array.from({ length: times }, () => ({ answer: 'none', arrived: false }));
}

describe('WhatsApp alerts over HTTP', () => {
  test('text first, the picture as a reply, to every recipient; one upload for all', async (t) => {
    const desk = await alertDesk(t, { recipients: ['+49 170 1234567', '+44 7700 900123'] });
    await desk.alerts.start();
    const decision = await desk.alerts.alert(incident(), jpeg, policy);
    assert.ok(decision.send);
    await desk.settled();

    assert.deepEqual(new Set(desk.sandbox.messages.map(({ to }) => to)), new Set(['491701234567', '447700900123']));
    for (const to of ['491701234567', '447700900123']) {
      const [text, image] = desk.sandbox.messages.filter((message) => message.to === to);
      assert.equal(text?.type, 'text');
      assert.equal(text.text, 'Person and breaking glass (incident-1)');
      assert.equal(image?.type, 'image');
      assert.equal(image.replyTo, text.id);
      assert.equal(image.text, 'Person and breaking glass');
    }
    const rows = await desk.rows();
    assert.deepEqual(new Set(rows.map((row) => row.id)), new Set(desk.sandbox.messages.map(({ tag }) => tag)));
    assert.equal(new Set(desk.sandbox.messages.flatMap(({ mediaId }) => mediaId ?? [])).size, 1);
    assert.ok(
      rows.every((row) => row.media === null),
      'pictures leave the outbox once they are sent',
    );
    assert.deepEqual(new Set(desk.deliveries.map(({ recipient }) => recipient)), new Set(['***567', '***123']));
    assert.equal(desk.deliveries.filter(({ alertId }) => alertId === decision.alertId).length, 8);
  });

  test('an unavailable service is tried again until it takes the message, once', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ status: 503 }, { code: 131000 }, { answer: 'cut', arrived: false });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
    assert.equal(desk.deliveries.at(-1)?.attempts, 4);
    assert.equal(desk.sandbox.messages.length, 1);
    assert.equal(desk.errors.length, 0);
  });

  test('Retry-After is waited for', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ status: 429, retryAfterSeconds: 30 });
    await desk.alerts.start();
    const from = desk.clock.monotonic();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
    assert.ok(desk.clock.monotonic() - from >= 30_000);
  });

  test('the pair rate is waited out: 1, 4 and 16 s, then one message', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ code: 131056 }, { code: 131056 }, { code: 131056 });
    await desk.alerts.start();
    const from = desk.clock.monotonic();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.equal(desk.sandbox.messages.length, 1);
    assert.ok(desk.clock.monotonic() - from >= 21_000);
  });

  test('outside the 24 hour window an alert fails once, by name, and its picture is not sent', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ code: 131047 });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'failed']);
    assert.deepEqual(desk.statuses('image'), ['queued', 'failed']);
    assert.deepEqual(
      desk.errors.map(({ name }) => name),
      ['ES_CHANNEL_MESSAGE'],
      'the picture has its delivery, and no error of its own',
    );
    assert.match(desk.errors[0]?.message ?? '', /24 hours/);
    assert.match(desk.deliveries.at(-1)?.error?.message ?? '', /the text that it belongs to failed/);
    assert.equal(desk.sandbox.messages.length, 0);
    const [text] = await desk.rows();
    assert.equal(text?.attempts, 1);
    const update = await desk.alerts.alert(incident({ phase: 'update' }), jpeg, policy);
    assert.equal(update.send, false, 'the next update does not run into the same wall');
  });

  test('a wrong token is told once, tried rarely, and the alerts are sent when it is right', async (t) => {
    const desk = await alertDesk(t, { accessToken: 'wrong-token' }, { factor: 200 });
    await desk.alerts.start();
    for (const id of ['1', '2', '3']) {
      await desk.alerts.alert(incident({ id, severity: 1, reason: id }), undefined, policy);
    }
    await pause(1500);
    assert.deepEqual(
      desk.errors.map(({ name }) => name),
      ['ES_CHANNEL_SETUP'],
    );
    const attempts = (await desk.rows()).reduce((sum, row) => sum + row.attempts, 0);
    assert.ok(attempts >= 5 && attempts <= 18, `${attempts} attempts in about 300 s`);
    assert.deepEqual(desk.statuses('text'), ['queued', 'queued', 'queued', 'queued']);
    await desk.alerts.stop();

    const repaired = await alertDesk(t, { baseUrl: desk.sandbox.url });
    await repaired.database.query
      .insertInto('outbox')
      .values(await desk.rows())
      .execute();
    await repaired.alerts.start();
    await repaired.settled();
    assert.deepEqual(desk.sandbox.messages.map(({ text }) => /\((.)\)/.exec(text)?.[1]).sort(), ['1', '2', '3']);
  });

  test('a token that stays wrong lets the alert expire, and says why', async (t) => {
    const desk = await alertDesk(t, { accessToken: 'wrong-token' }, { factor: 100 });
    await desk.alerts.start();
    await desk.alerts.alert(incident({ severity: 1 }), jpeg, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'queued', 'expired']);
    assert.deepEqual(desk.statuses('image'), ['queued', 'expired']);
    const [text, image] = desk.deliveries.slice(-2);
    assert.equal(text?.error?.name, 'ES_CHANNEL_SETUP');
    assert.match(text.error.message, /within 1800 s.*access token/);
    assert.equal(image?.part, 'image');
    assert.ok(image.error);
    assert.equal(desk.errors.length, 1, 'one report for an alert and a person');
    const again = await desk.alerts.alert(incident({ phase: 'update', severity: 1 }), undefined, policy);
    assert.equal(again.send, true, 'an alert that nobody got does not silence the next update');
  });

  test('an answer that is lost: sent once more, marked as a possible duplicate', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ answer: 'cut', arrived: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.attempts, row?.maybe_duplicate], ['accepted', 2, 1]);
    assert.equal(desk.counted.filter((name) => name === 'alerts_maybe_duplicate_total').length, 1);
    assert.deepEqual(
      desk.sandbox.messages.map(({ tag }) => tag),
      [row?.id, row?.id],
    );
  });

  test('no answer at all is given up after 10 s and tried again; five times in a row end it by name', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ answer: 'none', arrived: true }, ...lost(4));
    await desk.alerts.start();
    const from = desk.clock.monotonic();
    await desk.alerts.alert(incident({ severity: 2 }), undefined, policy);
    await desk.settled();
    assert.ok(desk.clock.monotonic() - from >= 80_000, 'five times 10 s, and 2, 4, 8 and 16 s between');
    assert.deepEqual(desk.statuses('text'), ['queued', 'failed']);
    assert.equal(desk.errors[0]?.name, 'ES_CHANNEL_UNAVAILABLE');
    assert.match(desk.errors[0].message, /may have arrived/);
    assert.equal(desk.sandbox.messages.length, 1);
  });

  test('four lost answers in a row do not lose the alert', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail(...lost(4));
    await desk.alerts.start();
    await desk.alerts.alert(incident({ severity: 2 }), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
    assert.equal((await desk.rows())[0]?.maybe_duplicate, 1);
  });

  test('another reason of the same severity in one incident is an alert of its own; the same one is not', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    const tell = async (reason: string) =>
      (await desk.alerts.alert(incident({ phase: 'update', reason, severity: 2 }), undefined, policy)).send;
    assert.deepEqual(
      [await tell('glass_break'), await tell('glass_break'), await tell('gunshot')],
      [true, false, true],
    );
    await desk.settled();
    assert.equal(desk.sandbox.messages.length, 2);
  });

  test('an alert that is late is said to be, once, and goes on being tried', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail(...Array.from({ length: 7 }, () => ({ status: 503 })));
    await desk.alerts.start();
    await desk.alerts.alert(incident({ severity: 3 }), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'queued', 'accepted']);
    assert.deepEqual(
      desk.errors.map(({ name }) => name),
      ['ES_CHANNEL_UNAVAILABLE'],
    );
  });

  test('what may not even be tried is late too, and said to be once', async (t) => {
    const desk = await alertDesk(t, { accessToken: 'wrong-token' });
    await desk.alerts.start();
    const ids = Array.from({ length: 15 }, (_, index) => `incident-${index}`);
    for (const id of ids) await desk.alerts.alert(incident({ id, reason: id }), undefined, policy);
    const from = desk.clock.monotonic();
    await until(() => desk.clock.monotonic() - from > 150_000);
    const late = desk.deliveries.filter(({ error }) => error?.message.startsWith('The message still waits:'));
    assert.deepEqual(late.map(({ incidentId }) => incidentId).sort(), ids.sort());
    assert.ok(late.every(({ status, part }) => status === 'queued' && part === 'text'));
    assert.ok(late.some(({ attempts, error }) => attempts === 0 && error?.name === 'ES_CHANNEL_UNAVAILABLE'));
    assert.equal(desk.errors.length, 15, 'one report for an alert and a person');
  });

  test('who got too many messages does not hold back the others', async (t) => {
    const desk = await alertDesk(t, {}, { factor: 1 });
    const now = desk.clock.now();
    const to = (recipient: string, count: number, fields: object) =>
      Array.from({ length: count }, (_, index) =>
        outboxRow({
          ...{ id: `${recipient}-${Object.keys(fields).length}-${index}`, incident_id: `${index}`, recipient },
          ...{ created_at: now - 10, next_at: now - 10, deadline: now + 600_000, ...fields },
        }),
      );
    const rows = [
      ...to('491701234567', 45, { state: 'accepted', accepted_at: now, sequence: 1 }),
      ...to('491701234567', 6, {}),
      ...to('447700900123', 1, { created_at: now - 5 }),
    ];
    await desk.database.query.insertInto('outbox').values(rows).execute();
    await desk.alerts.start();
    await pause(1000);
    assert.deepEqual(
      desk.sandbox.messages.map((message) => message.to),
      ['447700900123'],
    );
  });

  test('a service that is not there is tried until it is; nothing counts as a duplicate', async (t) => {
    const desk = await alertDesk(t, { baseUrl: 'http://127.0.0.1:9' });
    const port = Number(new URL(desk.sandbox.url).port);
    await desk.sandbox.close();
    const late = await alertDesk(t, { baseUrl: `http://127.0.0.1:${port}` });
    await late.alerts.start();
    await late.alerts.alert(incident(), undefined, policy);
    await until(async () => ((await late.rows())[0]?.attempts ?? 0) >= 2);
    const sandbox = await startSandbox({ port, token, phoneNumberId, latencyMs: 5 });
    t.after(() => sandbox.close());
    await late.settled();
    const [row] = await late.rows();
    assert.deepEqual([row?.state, row?.maybe_duplicate, sandbox.messages.length], ['accepted', 0, 1]);
  });

  test('a TLS handshake that fails has sent nothing', async (t) => {
    const plain = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 0 });
    t.after(() => plain.close());
    const desk = await alertDesk(t, { baseUrl: plain.url.replace('http:', 'https:') });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await until(async () => ((await desk.rows())[0]?.attempts ?? 0) >= 3);
    await desk.alerts.stop();
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.maybe_duplicate], ['queued', 0]);
    assert.match(row?.error_json ?? '', /could not be reached/);
  });

  for (const [way, step] of Object.entries({ forward: 86_400_000, back: -86_400_000 })) {
    test(`the clock set ${way} by a day neither expires nor holds what waits or is under way, or comes after`, async (t) => {
      // Slower than usual: on a machine that is busy it must not be late, which is told as well.
      const desk = await alertDesk(t, {}, { factor: 20 });
      desk.sandbox.fail(...Array.from({ length: 4 }, () => ({ status: 503 })));
      await desk.alerts.start();
      await desk.alerts.alert(incident(), undefined, policy);
      await until(async () => ((await desk.rows())[0]?.attempts ?? 0) >= 1);
      desk.clock.step = step;
      await desk.settled();
      assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);

      desk.clock.step += step;
      await desk.alerts.alert(incident({ id: '2', reason: 'other' }), undefined, policy);
      await desk.settled();
      assert.equal(desk.sandbox.messages.length, 2);
    });
  }

  test('a picture that cannot be uploaded fails alone; one that fails once is uploaded anew', async (t) => {
    const desk = await alertDesk(t);
    desk.sandbox.fail({ on: 'media', code: 131053 }, { on: 'media', code: 131053 }, { on: 'media', code: 131053 });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
    assert.deepEqual(desk.statuses('image'), ['queued', 'failed']);
    assert.equal(desk.errors[0]?.name, 'ES_CHANNEL_MESSAGE');

    await desk.alerts.alert(incident({ id: 'incident-2', reason: 'other' }), jpeg, policy);
    await desk.settled();
    assert.equal(desk.statuses('image').at(-1), 'accepted');
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text', 'text', 'image'],
    );
  });

  test('a picture that fails for everybody is reported once, a text that fails once for each', async (t) => {
    const desk = await alertDesk(t, { recipients: ['+49 170 1234567', '+44 7700 900123'] });
    desk.sandbox.fail(...Array.from({ length: 8 }, () => ({ on: 'media' as const, code: 131053 })));
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('image'), ['queued', 'queued', 'failed', 'failed']);
    assert.equal(desk.errors.length, 1);

    desk.sandbox.fail({ code: 131047 }, { code: 131047 });
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), jpeg, policy);
    await desk.settled();
    assert.equal(desk.errors.length, 3);
    assert.equal(desk.deliveries.filter(({ status }) => status === 'failed').length, 6);
  });

  test('two nodes on one account both alert; each has its own cooldown', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    const sent = async (node: string, id: string) =>
      (await desk.alerts.alert(incident({ id }), undefined, { ...policy, node, template: `${node} {incidentId}` }))
        .send;
    assert.deepEqual([await sent('family', 'a'), await sent('guard', 'a')], [true, true]);
    await desk.settled();
    assert.deepEqual([await sent('family', 'b'), await sent('family', 'a')], [false, false]);
    assert.deepEqual(desk.sandbox.messages.map(({ text }) => text).sort(), ['family a', 'guard a']);
  });

  test('a picture that WhatsApp does not take is left out, the text goes', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    const large = Buffer.concat([jpeg, Buffer.alloc(5 * 1024 * 1024)]);
    await desk.alerts.alert(incident(), large, policy);
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), Buffer.from('GIF89a....'), policy);
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text', 'text'],
    );
    assert.equal(desk.log.lines.filter((line) => line.includes('left out')).length, 2);
  });

  test('phases, escalation and cooldown', async (t) => {
    const desk = await alertDesk(t, {}, { factor: 1 });
    await desk.alerts.start();
    const sent = async (fields: Parameters<typeof incident>[0]) => {
      const decision = await desk.alerts.alert(incident(fields), undefined, { ...policy, minimumSeverity: 2 });
      await desk.settled();
      return decision.send;
    };
    assert.equal(await sent({ id: 'a', severity: 1, reason: 'person' }), false);
    assert.equal(await sent({ id: 'a', phase: 'update', severity: 2, reason: 'person+scream' }), true);
    assert.equal(await sent({ id: 'a', phase: 'update', severity: 2, reason: 'person+scream' }), false);
    assert.equal(await sent({ id: 'a', phase: 'update', severity: 3, reason: 'person+gunshot' }), true);
    assert.equal(await sent({ id: 'a', phase: 'evidence', severity: 3 }), false);
    assert.equal(await sent({ id: 'a', phase: 'end', severity: 3 }), false);
    assert.equal(await sent({ id: 'b', severity: 2, reason: 'person+scream' }), false, 'cooldown');
    assert.equal(await sent({ id: 'c', severity: 3, reason: 'person+scream' }), true, 'broken by a higher severity');
    assert.equal(await sent({ id: 'd', severity: 2, reason: 'person+scream', area: 'yard' }), true, 'other area');
    assert.equal(desk.sandbox.messages.length, 4);
  });

  test('two identical starts at the same moment make one alert', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    const decisions = await Promise.all([1, 2].map(() => desk.alerts.alert(incident(), undefined, policy)));
    assert.deepEqual(
      decisions.map(({ send }) => send),
      [true, false],
    );
  });

  test('a redirect is not followed and the token stays here', async (t) => {
    const seen: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"messages":[{"id":"x"}]}');
    });
    const redirecting = createServer((_request, response) => {
      const { port } = elsewhere.address() as AddressInfo;
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    for (const server of [elsewhere, redirecting]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
    }
    const desk = await alertDesk(t, { baseUrl: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}` });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await until(() => desk.errors.length > 0);
    assert.equal(desk.errors[0]?.name, 'ES_CHANNEL_SETUP');
    assert.deepEqual(seen, []);
  });

  test('neither token nor full number gets into errors, deliveries or logs, even if the service echoes them', async (t) => {
    const desk = await alertDesk(t);
    const echo = `Bearer ${token} for 491701234567 https://graph.facebook.com/me?access_token=${token}`;
    desk.sandbox.fail({ code: 131000, details: echo }, { code: 100, details: echo });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), undefined, policy);
    await desk.settled();

    const told = JSON.stringify([desk.deliveries, desk.errors.map((error) => [error.message, error.stack]), desk.log]);
    const lines = desk.log.lines.join('\n');
    const written = JSON.stringify((await desk.rows()).map((row) => ({ ...row, recipient: undefined })));
    assert.match(desk.errors[0]?.message ?? '', /error 100/);
    for (const text of [told, lines, written]) {
      assert.ok(!text.includes(token), 'the token leaked');
      assert.ok(!text.includes('491701234567'), 'the number leaked');
    }
    assert.equal(desk.errors[0]?.cause, undefined, 'no request hangs on the error');
  });

  test('an account that cannot work is refused by name', async (t) => {
    for (const account of [
      { recipients: ['0170'] },
      { phoneNumberId: '12/34' },
      { graphVersion: '26' },
      { accessToken: 'two words' },
    ]) {
      await assert.rejects(alertDesk(t, account), { name: 'ES_BAD_CONFIG' });
    }
    await assert.rejects(alertDesk(t, { baseUrl: 'http://169.254.169.254' }), { name: 'ES_BAD_ADDRESS' });
  });
});
