import { randomBytes, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { EvidenceStore } from '../../src/evidence/evidence-store.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { incident, jpeg } from '../unit/evidence/incident.ts';

/**
 * Program that evidence-kill.test.ts kills: records incidents without end and prints the id of each one on stdout
 * as soon as it is acknowledged. Usage: evidence-writer.ts FOLDER PREFIX
 */
const [folder = '', prefix = ''] = process.argv.slice(2);
const log = new RecordingLog();
const database = await openDatabase(join(folder, 'sentinel.db'), { log });
const metrics = { count: () => undefined, observe: () => undefined };
const store = new EvidenceStore({ database, folder, clock: new SiteClock(), log, metrics, newId: randomUUID });

async function writeOn(lane: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${prefix}-${lane}-${n}`;
    await store.record(incident({ id }), { image: jpeg(randomBytes(29_997)) });
    writeSync(1, `${id}\n`);
  }
}
await Promise.all([writeOn(0), writeOn(1), writeOn(2)]);
