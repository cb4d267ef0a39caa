import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { incident } from '../unit/alerting/incident.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { account, alertDesk, policy } from './alert-desk.ts';

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
