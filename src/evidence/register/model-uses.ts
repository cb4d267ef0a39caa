import type { Kysely, Transaction } from 'kysely';
import type { UsedModel } from '../../contracts/register.ts';
import type { Tables } from '../../database/tables.ts';
import { lotsOf } from './lots.ts';

/** What stands is said again so often. */
const againMs = 3_600_000;
/** Of a model: who makes up sources in a function must not fill the memory. */
const mostUses = 5000;

interface Use {
  model: UsedModel;
  site: string;
  source: string;
  firstAt: number;
  lastAt: number;
  /** When it was written down; undefined: not yet. */
  writtenAt?: number;
}

/** Which models judged which sources since the start: noted with every picture and window, written down now and then. */
export class ModelUses {
  readonly #uses = new Map<string, Use>();

  /** @returns whether it is news. @param now epoch ms. */
  note(model: UsedModel, site: string, source: string, now: number): boolean {
    const key = `${model.id}\n${model.sha256}\n${site}\n${source}`;
    const known = this.#uses.get(key);
    if (known !== undefined) {
      known.lastAt = now;
      return false;
    }
    if (this.#uses.size >= mostUses) return false;
    this.#uses.set(key, { model, site, source, firstAt: now, lastAt: now });
    return true;
  }

  /** Writes down what is new, or has gone on for an hour. */
  async write(query: Kysely<Tables>, now: number, all = false): Promise<void> {
    const due = [...this.#uses.values()].filter(
      ({ lastAt, writtenAt = -Infinity }) => lastAt > writtenAt && (all || now - writtenAt >= againMs),
    );
    for (const lot of lotsOf(due)) {
      await query.transaction().execute(async (transaction) => {
        for (const use of lot) await writeUse(transaction, use);
      });
      for (const use of lot) use.writtenAt = now;
    }
  }
}

async function writeUse(
  transaction: Transaction<Tables>,
  { model, site, source, firstAt, lastAt }: Use,
): Promise<void> {
  const { id, sha256, kind, version = null } = model;
  const used = { first_used: firstAt, last_used: lastAt };
  await transaction
    .insertInto('models')
    .values({ id, sha256, kind, version, ...used })
    .onConflict((conflict) =>
      conflict.columns(['id', 'sha256']).doUpdateSet((column) => ({
        kind: column.ref('excluded.kind'),
        last_used: column.fn<number>('max', ['excluded.last_used', 'models.last_used']),
      })),
    )
    .execute();
  await transaction
    .insertInto('model_sources')
    .values({ id, sha256, site, source, ...used })
    .onConflict((conflict) =>
      conflict.columns(['id', 'sha256', 'site', 'source']).doUpdateSet((column) => ({
        last_used: column.fn<number>('max', ['excluded.last_used', 'model_sources.last_used']),
      })),
    )
    .execute();
}
