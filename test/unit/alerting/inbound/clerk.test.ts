import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ButtonTokens } from '../../../../src/alerting/inbound/button-tokens.ts';
import { Clerk } from '../../../../src/alerting/inbound/clerk.ts';
import type { MessageEvent } from '../../../../src/alerting/inbound/webhook-body.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import type { HouseDesk } from '../../../../src/contracts/ports.ts';
import { openDatabase } from '../../../../src/database/database.ts';
import { ManualClock } from '../../manual-clock.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const person = '491701234567';
const by = '***567';

/** A house that remembers what it was told. */
async function desk(t: TestContext, over: Partial<HouseDesk> = {}) {
  const log = new RecordingLog();
  const clock = new ManualClock();
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log });
  t.after(() => database.close());
  const tokens = new ButtonTokens(() => Promise.resolve(database), 'account-1');
  const done: string[] = [];
  const answers: { to: string; text: string; picture: boolean }[] = [];
  const house: HouseDesk = {
    incidents: () =>
      Promise.resolve([
        { id: '12ab', label: 'Person', isAnswered: true },
        { id: '12cd', label: 'Glass', isAnswered: false },
        { id: '99ff', label: 'Door', isAnswered: false },
      ]),
    review: (id, action, who) => {
      done.push(`${action} ${id} ${who}`);
      return Promise.resolve(id === 'gone' ? undefined : { label: `Label of ${id}`, by: who, added: true });
    },
    arm: (mode, who) => {
      done.push(`arm ${mode} ${who}`);
      return Promise.resolve(mode === '7' ? undefined : { mode, counting: mode });
    },
    state: () => ({
      ...{ name: 'Home', mode: 'night' },
      sources: [
        { name: 'Front', isCamera: true, connected: true },
        { name: 'yard', isCamera: true, connected: false },
        { name: 'hall', isCamera: false, connected: true },
      ],
    }),
    areas: () => ['yard', 'Hall'],
    snooze: (minutes, area, who) => {
      done.push(`snooze ${minutes} ${area} ${who}`);
      return Promise.resolve(area === 'moon' ? undefined : { until: minutes === 0 ? '' : '14:35', area });
    },
    picture: (camera) => Promise.resolve(camera === 'Front' ? Buffer.from('jpeg') : undefined),
    ...over,
  };
  const clerk = new Clerk({
    ...{ house, tokens, clock, log },
    incidentsOf: (id) =>
      Promise.resolve(
        ({ 'wamid.alert': ['99ff'], 'wamid.several': ['12cd', '99ff', 'gone'] } as Record<string, string[]>)[id] ?? [],
      ),
    answer: (to, { text, picture }) => {
      answers.push({ to, text, picture: picture !== undefined });
      return Promise.resolve();
    },
    passOn: ({ command, value }) => done.push(`${command} ${JSON.stringify(value)}`),
  });
  let count = 0;
  const take = async (said: Partial<MessageEvent>): Promise<string | undefined> => {
    const before = answers.length;
    await clerk.take({ id: `wamid.${(count += 1)}`, from: person, at: clock.now(), type: 'text', ...said });
    return answers.slice(before).at(0)?.text;
  };
  return {
    take,
    write: (text: string, more = {}) => take({ text, ...more }),
    answers,
    done,
    tokens,
    clock,
    log,
    database,
  };
}

describe('who answers on WhatsApp', () => {
  test('follows each command and says so', async (t) => {
    const { write, done, answers } = await desk(t);
    assert.match((await write('help')) ?? '', /^You can write: ack/);
    assert.match((await write('hilfe')) ?? '', /^Möglich sind/);
    assert.equal(await write('ack 12c'), 'Acknowledged: Label of 12cd.');
    assert.equal(await write('ack'), 'Acknowledged: Label of 12cd.', 'the newest that is open');
    assert.equal(
      await write('verwerfen', { replyTo: 'wamid.alert' }),
      'Verworfen: Label of 99ff. In der Liste bleibt es.',
    );
    assert.equal(await write('ack 12'), 'That fits several incidents. Write more of the number.');
    assert.equal(await write('ack 7'), 'There is no such incident.');
    assert.equal(await write('arm night'), 'Armed: night.');
    assert.equal(await write('unscharf'), 'Unscharf.');
    assert.equal(await write('arm 7'), 'There is no mode "7".');
    assert.equal(await write('snooze 30'), 'Quiet until 14:35. Alarms still come; what is held back comes then.');
    assert.match((await write('ruhe 30 min yard')) ?? '', /^Ruhe bis 14:35 \(yard\)/);
    assert.match((await write('snooze 0')) ?? '', /^The snooze is over\./);
    assert.match((await write('snooze 30 moon')) ?? '', /There are: yard, Hall/);
    assert.match((await write('snooze 9999')) ?? '', /How many minutes/);
    assert.match((await write('snooze')) ?? '', /How many minutes/);
    assert.equal(await write('status'), 'Home: night. Not connected: yard. Open: 12cd Glass; 99ff Door.');
    assert.equal(await write('snapshot front'), 'Front');
    assert.equal(answers.at(-1)?.picture, true);
    assert.equal(await write('snapshot yard'), 'There is no picture of yard now.');
    assert.equal(await write('snapshot'), 'Which camera? There are: Front, yard');
    assert.deepEqual(done, [
      ...[`acknowledge 12cd ${by}`, `acknowledge 12cd ${by}`, `dismiss 99ff ${by}`],
      ...[`arm night ${by}`, `arm disarmed ${by}`, `arm 7 ${by}`],
      ...[`snooze 30  ${by}`, `snooze {"minutes":30,"by":"${by}"}`],
      ...[`snooze 30 yard ${by}`, `snooze {"minutes":30,"by":"${by}","area":"yard"}`],
      ...[`snooze 0  ${by}`, `snooze {"minutes":0,"by":"${by}"}`, `snooze 30 moon ${by}`],
    ]);
  });

  test('says nothing to what is no command, and nothing that came late is done', async (t) => {
    const { write, take, clock, done } = await desk(t);
    assert.equal(await write('good evening'), undefined);
    assert.equal(await take({ type: 'image', text: 'disarm' }), undefined, 'words below a picture are no order');
    assert.match((await write('disarm', { at: clock.now() - 3_600_000 })) ?? '', /60 minutes late/);
    assert.deepEqual(done, []);
  });

  test('says what went wrong', async (t) => {
    const review = () => Promise.reject(new SentinelError('ES_DATABASE', 'The disk is away.'));
    const { write } = await desk(t, { review });
    assert.equal(await write('ack 9'), 'That did not work: The disk is away.');
    const { write: ask } = await desk(t, { review: () => Promise.resolve(undefined) });
    assert.match((await ask('ack 9')) ?? '', /not kept/);
  });

  test('what is said to a text about several incidents is said of all of them, by button and in words', async (t) => {
    const { take, write, tokens, done, clock } = await desk(t);
    const { acknowledge } = await tokens.issue('12cd', person, clock.now());
    const press = { type: 'interactive', token: acknowledge, text: 'Alle bestätigen', replyTo: 'wamid.several' };
    assert.equal(await take(press), 'Bestätigt: Label of 12cd, Label of 99ff.', 'of what is kept');
    assert.equal(await take(press), 'Dieser Knopf wurde schon benutzt.');
    assert.equal(
      await write('dismiss', { replyTo: 'wamid.several' }),
      'Dismissed: Label of 12cd, Label of 99ff. It stays in the list.',
    );
    const of = (action: string) => ['12cd', '99ff', 'gone'].map((id) => `${action} ${id} ${by}`);
    assert.deepEqual(done, [...of('acknowledge'), ...of('dismiss')]);
    const { acknowledge: other } = await tokens.issue('12ab', person, clock.now());
    await take({ ...press, token: other });
    assert.deepEqual(
      done.slice(6),
      [`acknowledge 12ab ${by}`],
      'a button of another message means its own incident alone',
    );
  });

  test('a button works once, for its person, for a day', async (t) => {
    const { take, tokens, done, clock, log, database } = await desk(t);
    const press = (token: string, text = 'Acknowledge', from = person) =>
      take({ type: 'interactive', token, text, from });
    const first = await tokens.issue('12cd', person, clock.now());
    assert.equal(await press(first.acknowledge, 'Acknowledge', '15550100'), 'This button is of another message.');
    assert.equal(await press(first.acknowledge), 'Acknowledged: Label of 12cd.');
    assert.equal(await press(first.acknowledge), 'This button was used before.');
    assert.equal(await press(first.dismiss, 'Verwerfen'), 'Verworfen: Label of 12cd. In der Liste bleibt es.');
    assert.equal(await press(first.talk, 'Talk'), 'Passed on: Talk.');
    assert.equal(await press('made up'), 'This button is of another message.');
    const second = await tokens.issue('12cd', person, clock.now());
    clock.advance(24 * 3_600_000);
    assert.equal(await press(second.acknowledge), 'This button is too old.');
    assert.deepEqual(done, [
      ...[`acknowledge 12cd ${by}`, `dismiss 12cd ${by}`, `talk {"incidentId":"12cd","by":"${by}"}`],
    ]);
    assert.equal(log.lines.filter((line) => line.includes('does nothing')).length, 4);
    const kept = JSON.stringify(await database.query.selectFrom('button_tokens').selectAll().execute());
    for (const token of Object.values(first)) assert.ok(!kept.includes(token), 'only hashes are kept');
    const other = new ButtonTokens(() => Promise.resolve(database), 'account-2');
    assert.deepEqual(await other.redeem(second.dismiss, person, clock.now()), { result: 'unknown' });
  });
});
