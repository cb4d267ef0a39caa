import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { firstPlace } from '../../src/evidence/incident-place.ts';
import { entryHash, firstHash, linkHash } from '../../src/evidence/trust/chain-entry.ts';
import { incidentDigest } from '../../src/evidence/trust/row-digests.ts';
import { wordsOf } from '../../src/evidence/incident-words.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

export const areas = ['entrance', 'yard', 'garage', 'kitchen', 'cellar', 'gate', 'shop', 'office', 'roof', 'store'];
export const labels = ['person', 'glass_break', 'scream', 'gunshot', 'vehicle', 'dog', 'fall', 'smoke', 'loitering'];
export const firstBegin = Date.UTC(2026, 0, 1);
export const apartMs = 30_000;
const states = ['pending', 'pending', 'pending', 'acknowledged', 'confirmed', 'dismissed', 'false-positive'];
const signalsEach = 3;
const perTransaction = 20_000;

/** Fills the empty database of a closed site with incidents of two years, as its own rows would look. */
export function fillIncidents(file: string, count: number): void {
  const connection = new Sqlite(file);
  connection.pragma('synchronous = OFF');
  const random = seededRandom(20_261_122);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const incident = connection.prepare(
    `INSERT INTO incidents (id, site, area, source, seq, severity, label, reason, confidence, started_at, updated_at, ended_at,
      explanation_json, sources_json, place, review_state)
    VALUES (@id, @site, @area, @source, 1, @severity, @label, @reason, @confidence, @started_at, @updated_at, @updated_at,
      @explanation_json, @sources_json, @place, @review_state)`,
  );
  const signal = connection.prepare(
    `INSERT INTO signals (incident_id, kind, label, source, score, captured_at, count) VALUES (?, 'object', ?, ?, ?, ?, 1)`,
  );
  const words = connection.prepare('INSERT INTO incident_words (rowid, words) VALUES (?, ?)');
  const link = connection.prepare('INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, ?)');
  let hash: Uint8Array = firstHash;
  for (let done = 0; done < count; done += perTransaction) {
    connection.transaction(() => {
      for (let n = done; n < Math.min(done + perTransaction, count); n += 1) {
        const [area, first, second] = [pick(areas), pick(labels), pick(labels)];
        const at = firstBegin + n * apartMs;
        const source = `${area}-${1 + Math.floor(random() * 4)}`;
        const row = {
          id: `${n.toString(16).padStart(8, '0')}-aaaa-4aaa-8aaa-${Math.floor(random() * 2 ** 48)
            .toString(16)
            .padStart(12, '0')}`,
          ...{ site: 'home', area, source, severity: Math.floor(random() * 4), confidence: random() },
          label: `${first} and ${second}`,
          reason: `${first}+${second}`,
          ...{ started_at: at, updated_at: at + 20_000, place: firstPlace(at), review_state: pick(states) },
          explanation_json: JSON.stringify([
            `${first} was noticed by ${source} with a score of ${random().toFixed(2)}.`,
            `${second} followed ${Math.floor(random() * 10)} s later.`,
          ]),
          sources_json: JSON.stringify([source]),
          areas_json: null,
        };
        incident.run(row);
        words.run(row.place, wordsOf(row));
        const signals = Array.from({ length: signalsEach }, (_, s) => ({
          ...{ kind: 'object', label: labels[(n + s) % labels.length] ?? '', source, score: random(), threshold: null },
          ...{ model: null, captured_at: at, count: 1 },
        }));
        for (const { label, score } of signals) signal.run(row.id, label, source, score, at);
        const digest = incidentDigest({ ...row, seq: 1, ended_at: row.updated_at }, signals);
        const entry = { seq: n + 1, kind: 'incident', subject: row.id, incident_id: row.id, digest, at };
        hash = linkHash(hash, entryHash(entry));
        link.run(entry.seq, entry.kind, row.id, row.id, digest, at, hash);
      }
    })();
    if (done % 200_000 === 0) process.stderr.write(`${done} of ${count} incidents\n`);
  }
  drawTogether(connection);
  connection.close();
}

/** As the database thread leaves the index of words while nobody asks for anything (`upkeep.ts`). */
function drawTogether(connection: BetterSqlite3.Database): void {
  const merge = connection.prepare(`INSERT INTO incident_words (incident_words, rank) VALUES ('merge', 1000)`);
  const changes = connection.prepare('SELECT total_changes()').pluck();
  let before: number;
  do {
    before = changes.get() as number;
    merge.run();
  } while ((changes.get() as number) - before > 1);
}
