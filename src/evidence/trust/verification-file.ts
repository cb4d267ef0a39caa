import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { SiteVerification } from '../../contracts/site-care.ts';

const name = 'verification.json';

/** What a look at all evidence of a data folder came to, whoever began it. */
export const KeptVerification = Type.Omit(SiteVerification, ['site', 'siteName']);
export type KeptVerification = Static<typeof KeptVerification>;

/** Keeps the last verification of a data folder in it, so that a restart does not forget it. Rejects where nothing can be written. */
export async function writeVerification(folder: string, verification: KeptVerification): Promise<void> {
  const draft = join(folder, `${name}.new`);
  await writeFile(draft, `${JSON.stringify(verification, null, 1)}\n`, { mode: 0o600 });
  await rename(draft, join(folder, name));
}

/** The last verification of a data folder; undefined where there was none, or its file cannot be read. */
export async function readVerification(folder: string): Promise<KeptVerification | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    return Value.Check(KeptVerification, kept) && kept.endedAt !== undefined ? kept : undefined;
  } catch {
    return undefined;
  }
}
