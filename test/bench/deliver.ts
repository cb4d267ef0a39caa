import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { openDatabase } from '../../src/database/database.ts';
import { phoneNumberId, token } from '../integration/alert-desk.ts';

/** Alerts of one process; a process is killed after each lot. */
const lots = 5;
const alertsPerLot = Number(process.env.DELIVER_ALERTS ?? 500) / lots;
/** One person each, so that the limit of WhatsApp for one person is not what is measured. */
const accounts = 14;
const expiredMs = 4_000;

/**
 * Alerts against a sandbox that fails: 10 % HTTP 503, 5 % without an answer, 5 % pair rate, an access token that expires and
 * comes back, and a process that is killed five times.
 */
export default async function deliver(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'echosight-deliver-'));
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 20 });
  const random = seededRandom(20_261_122);
  const trouble = new Trouble(sandbox, random);
  // The sandbox forgets the oldest of many.
  const arrived = new Map<string, number>();
  sandbox.onMessage(({ tag = '' }) => {
    arrived.set(tag, (arrived.get(tag) ?? 0) + 1);
    trouble.follow();
  });
  try {
    const written: string[] = [];
    for (let lot = 0; lot < lots; lot += 1) {
      written.push(...(await writeAndKill(folder, sandbox.url, `lot${lot}`, 500 + random() * 2_000)));
      process.stderr.write(`${written.length} alerts written, ${arrived.size} messages arrived\n`);
      if (lot === 1) trouble.expireFor(expiredMs);
    }
    const last = spawn(process.execPath, [program, folder, sandbox.url, 'last', '0', String(accounts)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(last, 'close');
    return await figures(folder, arrived, written);
  } finally {
    trouble.end();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const program = join(import.meta.dirname, 'deliver-writer.ts');

/** @returns the ids of the alerts that the process said it had taken. */
async function writeAndKill(folder: string, url: string, prefix: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, url, prefix, String(alertsPerLot), String(accounts)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const closed = once(child, 'close');
  while (printed.split('\n').length <= alertsPerLot) await pause(10);
  await pause(afterMs);
  child.kill('SIGKILL');
  await closed;
  return printed.split('\n').filter((line) => line !== '');
}

/** Keeps faults ready, as many as belong to the messages that came. */
class Trouble {
  readonly #sandbox: Sandbox;
  readonly #random: () => number;
  readonly #timer: NodeJS.Timeout;
  #expiredUntil = 0;
  #refusedAt = 0;

  constructor(sandbox: Sandbox, random: () => number) {
    this.#sandbox = sandbox;
    this.#random = random;
    this.#timer = setInterval(() => {
      // One at a time: what nobody has met when the token is good again must not go on failing.
      if (!this.#isExpired || performance.now() - this.#refusedAt < 400) return;
      this.#refusedAt = performance.now();
      sandbox.fail({ code: 190 });
    }, 5);
  }

  /** A message came. One of four is followed by one that does not: a fifth of all. */
  follow(): void {
    const dice = this.#random();
    if (this.#isExpired) return;
    if (dice < 0.125) this.#sandbox.fail({ status: 503 });
    else if (dice < 0.1875) this.#sandbox.fail({ code: 131056 });
    else if (dice < 0.25) this.#sandbox.fail({ answer: 'none', arrived: this.#random() < 0.5 });
  }

  get #isExpired(): boolean {
    return performance.now() < this.#expiredUntil;
  }

  expireFor(ms: number): void {
    this.#expiredUntil = performance.now() + ms;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

async function figures(
  folder: string,
  arrived: ReadonlyMap<string, number>,
  written: readonly string[],
): Promise<Record<string, unknown>> {
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const rows = await database.query.selectFrom('outbox').selectAll().execute();
  await database.close();
  const delivered = new Set(rows.filter(({ id }) => arrived.has(id)).map(({ incident_id: incident }) => incident));
  const waits = rows.flatMap((row) => (row.accepted_at === null ? [] : [row.accepted_at - row.created_at]));
  waits.sort((one, other) => one - other);
  const share = (part: number): number => Math.round(waits[Math.floor((waits.length - 1) * part)] ?? 0);
  return {
    alerts: written.length,
    delivered: written.filter((id) => delivered.has(id)).length,
    lost: written.filter((id) => !delivered.has(id)).length,
    duplicates: [...arrived.values()].reduce((sum, count) => sum + count - 1, 0),
    p50_ms: share(0.5),
    p95_ms: share(0.95),
    attempts: rows.reduce((sum, row) => sum + row.attempts, 0),
  };
}
