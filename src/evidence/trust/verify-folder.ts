import type { KeyObject } from 'node:crypto';
import { checkChain, type CheckedChain } from './check-chain.ts';
import { checkRows, type CheckedRows } from './check-rows.ts';
import { openBeside } from './data-folder.ts';
import { Faults, type Fault } from './faults.ts';
import { fingerprint, publicKeyOf } from './signing-key.ts';
import { VerifyProgress } from './verify-progress.ts';

/** What came of a verification. */
export interface Verification extends CheckedChain, CheckedRows {
  /** Nothing does not fit. */
  holds: boolean;
  /** Fingerprint of the key that the seals were checked with. */
  key?: string;
  /** How many things do not fit. */
  faults: number;
  /** The first of them. */
  first: Fault[];
}

/**
 * Checks all evidence of a data folder, also while Node-RED uses it. Reads every row and every file.
 * @param key public key to check the seals with; default: that of the folder.
 * @param tell how far it is, 0 to 1.
 * @throws SentinelError ES_BAD_INPUT when there is no database
 */
export async function verifyFolder(
  folder: string,
  key = publicKeyOf(folder),
  tell?: (share: number) => void,
): Promise<Verification> {
  const connection = openBeside(folder, 'read');
  const faults = new Faults();
  try {
    // One moment of the database, whatever is written meanwhile.
    connection.exec('BEGIN');
    const progress = new VerifyProgress(connection, tell);
    const chain = checkChain(connection, key, faults, progress);
    const rows = await checkRows(connection, folder, faults, progress);
    return verification({ ...chain, ...rows }, key, faults);
  } finally {
    connection.close();
  }
}

export function verification(
  counts: CheckedChain & CheckedRows,
  key: KeyObject | undefined,
  faults: Faults,
): Verification {
  return {
    holds: faults.count === 0,
    ...counts,
    ...(key === undefined ? {} : { key: fingerprint(key) }),
    faults: faults.count,
    first: faults.first,
  };
}
