import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { incident } from '../unit/alerting/incident.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { account, alertDesk, policy, silentPerson } from './alert-desk.ts';

const kills = 15;
/** With its picture, of all runs, less than may go to one person in a while. */
const alertsPerRun = 1;
const recipients = account.recipients.length;
/** Requests under way at once: six texts and three pictures, since all are of severity 3. */
const lanes = 9;

/** Lets a process alert and kills it `afterMs` after its first acknowledgement. @returns the acknowledged incidents. */
async function alertAndKill(folder: string, url: string, prefix: string, afterMs: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'alert-writer.ts');
  const child = spawn(process.execPath, [program, folder, url, prefix, String(alertsPerRun)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  let printed = '';
  child.stdout.on('data', (text: string) => (printed += text));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(afterMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', 'the program must not end by itself');
  return printed.split('\n').filter((line) => line.startsWith(prefix));
}

test('kill -9 in the middle of sending loses no alert; duplicates are marked and bounded', async (t) => {
  const folder = temporaryFolder(t);
  const desk = await alertDesk(t, { recipients: account.recipients }, { folder, factor: 1, latencyMs: 60 });
  const random = seededRandom(20_261_121);
  const acknowledged: string[] = [];
  for (let run = 0; run < kills; run += 1) {
    const afterMs = Math.floor(random() * 250);
    acknowledged.push(...(await alertAndKill(folder, desk.sandbox.url, `run${run}`, afterMs)));
  }
  const left = (await desk.rows()).filter(({ state }) => state !== 'accepted').length;
  await desk.alerts.start();
  await desk.settled();

  const messages = desk.sandbox.messages;
  const texts = messages.filter(({ type }) => type === 'text');
  for (const id of acknowledged) {
    const reached = new Set(texts.filter(({ text }) => text.includes(`(${id})`)).map(({ to }) => to));
    assert.equal(reached.size, recipients, `${id} was acknowledged and did not reach everybody`);
  }
  const rows = await desk.rows();
  let duplicates = 0;
  for (const row of rows) {
    const count = messages.filter(({ tag }) => tag === row.id).length;
    assert.equal(row.state, 'accepted', `${row.id} is ${row.state}`);
    assert.ok(count >= 1, `${row.id} counts as accepted and never arrived`);
    if (count > 1) assert.equal(row.maybe_duplicate, 1, `${row.id} arrived ${count} times unmarked`);
    duplicates += count - 1;
  }
  assert.ok(duplicates <= kills * lanes, `${duplicates} duplicates`);
  assert.ok(acknowledged.length >= kills, 'every run acknowledged something');
  t.diagnostic(
    `${acknowledged.length} alerts, ${rows.length} messages, ${kills} kills: ${left} messages left for the last start, ` +
      `none lost, ${duplicates} sent twice`,
  );

  const next = await desk.alerts.alert(incident({ id: 'after', reason: acknowledged[0] ?? '' }), undefined, policy);
  assert.equal(next.send, false, 'the cooldown of an alert outlives the process that sent it');
});

/** Lets a process alert somebody who must be sent a template, and kill itself. @returns whether it was killed, and had acknowledged. */
async function killedBefore(statement: number, folder: string, url: string, id: string) {
  const program = join(import.meta.dirname, 'killed-writer.ts');
  const child = spawn(process.execPath, [program, folder, url, id, String(statement)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.ok(signal === 'SIGKILL' || code === 0, `ended with ${signal ?? code}`);
  return { killed: signal !== null, acknowledged: printed.includes(id) };
}

/** One life of an alert that is killed, and the next that goes on with it. */
async function killedAndFound(t: TestContext, statement: number) {
  const folder = temporaryFolder(t);
  const desk = await alertDesk(t, silentPerson, { folder, factor: 1 });
  desk.sandbox.enforceWindow('refuse');
  const { killed, acknowledged } = await killedBefore(statement, folder, desk.sandbox.url, `kill-${statement}`);
  const [left, ...more] = await desk.rows();
  assert.deepEqual(more, []);
  await desk.alerts.start();
  await desk.settled();
  const [row] = await desk.rows();
  const { messages } = desk.sandbox;
  assert.ok(messages.every(({ type }) => type === 'template'));
  if (row === undefined) assert.deepEqual([acknowledged, messages.length], [false, 0]);
  else {
    assert.deepEqual([row.state, row.form], ['accepted', 'template-1']);
    assert.ok(messages.length === 1 || messages.length === 2, `${messages.length} templates`);
    assert.ok(messages.length === 1 || row.maybe_duplicate === 1, 'a second one is marked');
  }
  const state = left === undefined ? 'none' : `${left.state} ${left.form ?? 'text'}`;
  return { killed, state, duplicates: Math.max(0, messages.length - 1) };
}

test('kill -9 before each write while free text becomes a template: the template arrives, at most once more', async (t) => {
  const states = new Set<string>();
  let duplicates = 0;
  let ended = false;
  for (let statement = 1; !ended; statement += 1) {
    // A failure ends it too.
    ended = true;
    await t.test(`before write ${statement}`, async (t) => {
      const found = await killedAndFound(t, statement);
      states.add(found.state);
      duplicates += found.duplicates;
      ended = !found.killed;
    });
  }
  t.diagnostic(`${duplicates} sent twice; found: ${[...states].join(', ')}`);
  for (const state of ['none', 'sending text', 'queued template-1', 'sending template-1', 'accepted template-1']) {
    assert.ok(states.has(state), `never killed while the row was: ${state}`);
  }
});
