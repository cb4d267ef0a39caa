import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../src/contracts/errors.ts';
import type { PhoneMedia } from '../../src/contracts/ports.ts';
import { incident } from '../unit/alerting/incident.ts';
import { outboxRow } from '../unit/database/rows.ts';
import { account, alertDesk, jpeg, media, policy, until } from './alert-desk.ts';

const follow = { node: policy.node, sendVoice: true, sendVideo: true };
const samples = new Float32Array(16_000);
const clip = Buffer.from('\0\0\0\x18ftypmp42');
const kept = incident({ phase: 'evidence', seq: 2 });

describe('what follows an alert', () => {
  test('sound goes as a voice note, the clip as a video, each in reply to the text, one upload for all people', async (t) => {
    const recipients = ['+49 170 1234567', '+44 7700 900123'];
    const { alerts, sandbox, statuses, settled } = await alertDesk(t, { recipients });
    await alerts.start();
    await alerts.alert(incident(), jpeg, policy);
    await alerts.follow(kept, { samples }, follow);
    await alerts.follow({ ...kept, source: 'yard' }, { clip }, follow);
    await settled();
    for (const to of ['491701234567', '447700900123']) {
      const got = sandbox.messages.filter((message) => message.to === to);
      const [text] = got;
      assert.deepEqual(got.map(({ type }) => type).sort(), ['audio', 'image', 'text', 'video']);
      assert.equal(text?.type, 'text');
      for (const reply of got.slice(1)) assert.equal(reply.replyTo, text.id, reply.type);
      assert.equal(got.find(({ type }) => type === 'video')?.text, 'yard');
    }
    const uploads = sandbox.messages.filter(({ type }) => type === 'video').map(({ mediaId }) => mediaId);
    assert.equal(new Set(uploads).size, 1);
    assert.deepEqual(statuses('voice'), ['queued', 'queued', 'accepted', 'accepted']);
    assert.deepEqual(statuses('video'), ['queued', 'queued', 'accepted', 'accepted']);
  });

  test('the same by two wires goes once; another camera, and what comes after an escalation, go too', async (t) => {
    const { alerts, statuses, settled } = await alertDesk(t);
    await alerts.start();
    await alerts.alert(incident(), undefined, policy);
    for (const message of [kept, kept, { ...kept, source: 'yard' }, { ...kept, seq: 5 }]) {
      await alerts.follow(message, { clip }, follow);
    }
    await settled();
    assert.equal(statuses('video').filter((status) => status === 'accepted').length, 3);
  });

  test('nothing follows where nothing was alerted, nor what is switched off', async (t) => {
    const { alerts, sandbox, rows } = await alertDesk(t);
    await alerts.start();
    await alerts.follow(kept, { samples, clip }, follow);
    assert.deepEqual(await rows(), []);
    await alerts.alert(incident(), undefined, policy);
    await alerts.follow(kept, { samples, clip }, { ...follow, sendVoice: false, sendVideo: false });
    await until(() => sandbox.messages.length === 1);
    assert.equal((await rows()).length, 1);
  });

  test('what cannot be made ready is left out, with a word in the log', async (t) => {
    const broken: PhoneMedia = {
      ...media,
      voiceNote: () => Promise.reject(new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.')),
    };
    const { alerts, log, statuses, settled } = await alertDesk(t, {}, { media: broken });
    await alerts.start();
    await alerts.alert(incident(), undefined, policy);
    await alerts.follow(kept, { samples, clip }, follow);
    await settled();
    assert.deepEqual(statuses('voice'), []);
    assert.deepEqual(statuses('video'), ['queued', 'accepted']);
    assert.match(log.lines.join('\n'), /voice of incident incident-1 is not sent: ffmpeg could not be started/);
  });

  test('who is told again and again gets it with the first text, not with the last', async (t) => {
    const { alerts, sandbox, rows } = await alertDesk(t);
    await alerts.start();
    const schedule = { waitMs: 0, nextPersonMs: 3_600_000, rounds: 3 };
    await alerts.alert(incident(), undefined, { ...policy, schedule });
    await until(async () => (await rows()).some(({ state }) => state === 'accepted'));
    await alerts.follow(kept, { clip }, follow);
    await until(() => sandbox.messages.length === 2);
    const [text, video] = sandbox.messages;
    assert.deepEqual([video?.type, video?.replyTo], ['video', text?.id]);
  });

  test('it leaves the last messages that may go to a person to the texts of alarms', async (t) => {
    const { alerts, sandbox, clock, database } = await alertDesk(t, {}, { factor: 1 });
    await alerts.start();
    await alerts.alert(incident(), undefined, policy);
    await until(() => sandbox.messages.length === 1);
    const now = clock.now();
    const burst = Array.from({ length: 38 }, (_, index) =>
      outboxRow({
        ...{ id: `${index}`, incident_id: `${index}`, account: account.id, node: 'one', recipient: '491701234567' },
        ...{ state: 'accepted', accepted_at: now, created_at: now, reason: `${index}` },
      }),
    );
    await database.query.insertInto('outbox').values(burst).execute();
    await alerts.follow(kept, { clip }, follow);
    await alerts.alert(incident({ id: 'next', reason: 'gunshot' }), undefined, policy);
    await until(() => sandbox.messages.length === 2);
    assert.deepEqual(
      sandbox.messages.map(({ type }) => type),
      ['text', 'text'],
    );
  });

  test('it waits for its text, and fails with it', async (t) => {
    const { alerts, sandbox, deliveries, settled } = await alertDesk(t);
    sandbox.fail({ code: 131026 });
    await alerts.alert(incident(), undefined, policy);
    await alerts.follow(kept, { samples }, follow);
    await alerts.start();
    await settled();
    assert.deepEqual(sandbox.messages, []);
    const [failed] = deliveries.filter(({ part, status }) => part === 'voice' && status === 'failed');
    assert.match(failed?.error?.message ?? '', /the text that it belongs to failed/);
  });
});
