import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { House } from './house.ts';
import { until } from './vitals.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** Kills within the age from which on a start removes what one of them left half written. */
const mostHalfWritten = 10;

export interface KillResult {
  kills: number;
  /** Alarms that Node-RED had said to have taken: their alert was queued. */
  acknowledged: number;
  /** Of these, those whose alert never came. */
  lost: number;
  /** Alerts that came twice. */
  duplicates: number;
  /** Evidence files at the end. */
  files: number;
}

/** Kills Node-RED at random moments while alarms come in, starts it again each time, and counts what became of them. */
export async function killUnderLoad(
  house: House,
  {
    kills,
    random,
    alarms = 8,
    onKill = () => undefined,
  }: {
    kills: number;
    random: () => number;
    /** Per kill; one person is sent ten messages a minute for long. */ alarms?: number;
    onKill?: (kill: number) => void;
  },
): Promise<KillResult> {
  for (let kill = 0; kill < kills; kill += 1) {
    const load = press(house, alarms);
    // Every other time as soon as something was taken, however slow the machine: that is the moment of most danger.
    const known = house.deliveries().length;
    if (kill % 2 === 0) await until(() => house.deliveries().length > known, 'an alarm is taken');
    await sleep(random() * (kill % 2 === 0 ? 300 : 1800));
    await house.host.kill();
    await load;
    await house.restart();
    onKill(kill + 1);
  }
  const last = await house.alarm();
  const queued = new Set(house.deliveries().map(({ incidentId }) => incidentId));
  const ids = [...queued].filter((id) => id.startsWith('alarm-'));
  // One person is sent one message in six seconds, once a burst is over.
  const patienceMs = 120_000 + ids.length * 14_000;
  const { lost, duplicates } = await house.arrivals(ids, patienceMs);
  await until(async () => (await house.health()).site.outbox.queued === 0, 'the outbox is empty', patienceMs);
  // Alerts do not wait for the evidence, which is written beside them.
  await until(() => isKept(house, last), 'the last incident is kept');
  return { kills, acknowledged: ids.length, lost: lost.length, duplicates, files: checkEvidence(house, last, kills) };
}

/** Alarms in quick succession, until nobody answers. */
async function press(house: House, alarms: number): Promise<void> {
  for (let alarm = 0; alarm < alarms; alarm += 1) {
    try {
      await house.alarm();
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return;
    }
    await sleep(60);
  }
}

function isKept({ host }: House, incident: string): boolean {
  const database = new Sqlite(join(host.userDir, 'echosight', 'sentinel.db'), { readonly: true });
  try {
    return database.prepare('select 1 from incidents where id = ?').get(incident) !== undefined;
  } finally {
    database.close();
  }
}

/** Every row has its whole file, and what the kills left open is closed. @returns how many files. */
function checkEvidence({ host }: House, last: string, kills: number): number {
  const folder = join(host.userDir, 'echosight');
  const database = new Sqlite(join(folder, 'sentinel.db'), { readonly: true });
  try {
    const open = database.prepare(`select id from incidents where ended_at is null and id like 'alarm-%'`).all();
    assert.deepEqual(open, [{ id: last }], 'what the kills left open is ended');
    const media = database.prepare('select file, sha256 from media').all() as { file: string; sha256: string }[];
    for (const { file, sha256 } of media) {
      const bytes = readFileSync(join(folder, file));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, `${file} is torn`);
    }
    const incoming = join(folder, 'evidence', '.incoming');
    const left = existsSync(incoming) ? readdirSync(incoming) : [];
    // Each kill may leave the one that is being written; a start removes those that are old.
    assert.ok(left.length <= Math.min(kills, mostHalfWritten), `half written files: ${left.join(', ')}`);
    return media.length;
  } finally {
    database.close();
  }
}
