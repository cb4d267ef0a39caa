import type BetterSqlite3 from 'better-sqlite3';
import type { IncidentFacts, SignalFacts } from './row-digests.ts';

/** Models and when they were used are written down to the hour. */
const hourMs = 3_600_000;

/** A model that judged a source while an incident lasted. */
export interface ModelOfReport {
  id: string;
  sha256: string;
  source: string;
  /** Epoch ms. */
  first_used: number;
  last_used: number;
}

/** Which models judged the sources of an incident while it lasted, by the register; none where the database is older than that. */
export function modelsOf(
  connection: BetterSqlite3.Database,
  incident: Pick<IncidentFacts, 'site' | 'started_at' | 'updated_at'>,
  signals: readonly Pick<SignalFacts, 'source'>[],
): ModelOfReport[] {
  const known = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'model_sources'").get();
  if (known === undefined) return [];
  const { site, started_at: from, updated_at: to } = incident;
  const sources = JSON.stringify([...new Set(signals.map(({ source }) => source))]);
  return connection
    .prepare(
      `SELECT id, sha256, source, first_used, last_used FROM model_sources
        WHERE site = @site AND source IN (SELECT value FROM json_each(@sources)) AND first_used <= @to AND last_used >= @from
        ORDER BY source, id, first_used`,
    )
    .all({ site, sources, to: to + hourMs, from: from - hourMs }) as ModelOfReport[];
}
