import { createHash, sign } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, linkSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import { ZipFile } from 'yazl';
import { SentinelError } from '../../contracts/errors.ts';
import type { ChainRow, MediaRow, SealRow } from '../../database/tables.ts';
import { packageVersion } from '../../process/package-files.ts';
import { bundleNames, type BundledIncident, type ChainLine, type Manifest } from './bundle-form.ts';
import { entryHash } from './chain-entry.ts';
import { evidenceFilePath } from '../evidence-id.ts';
import { openBeside } from './data-folder.ts';
import { reportEnd, reportHead, reportIncident } from './report-page.ts';
import { modelsOf } from './report-models.ts';
import { factsOf } from './row-digests.ts';
import { hex, sealChain, statementOf } from './seal.ts';
import { fingerprint, pemOf, signingKey, type SigningKey } from './signing-key.ts';

/** More than these are no export for a person, but a backup. */
export const mostExported = 5000;

/** Which incidents, and where to. */
export interface ExportOrder {
  folder: string;
  /** Absolute path of a file that is not there yet. */
  file: string;
  /** These; without it all that the other fields leave. */
  ids?: readonly string[];
  /** Epoch ms: begun at or after. */
  from?: number;
  /** Epoch ms: begun before. */
  to?: number;
  area?: string;
  /** Epoch ms. */
  now: number;
}

export interface Exported {
  incidents: number;
  files: number;
  bytes: number;
  /** Media that could not be read. */
  missing: string[];
  /** Fingerprint of the key that signed. */
  key: string;
}

/**
 * Writes incidents with their media, and what proves that they are what they were, into a zip file. Nothing is held in memory but one
 * incident at a time.
 * @throws SentinelError ES_BAD_INPUT (nothing to export, too much, the file exists), ES_EVIDENCE_WRITE
 */
export async function exportBundle(order: ExportOrder): Promise<Exported> {
  if (existsSync(order.file)) throw new SentinelError('ES_BAD_INPUT', `${order.file} exists already.`);
  const key = signingKey(order.folder);
  sealNow(order.folder, key, order.now);
  const connection = openBeside(order.folder, 'read');
  try {
    connection.exec('BEGIN');
    const ids = idsOf(connection, order);
    const bundle = new Bundle(connection, order, key, ids);
    return await bundle.write();
  } finally {
    connection.close();
  }
}

/** Seals what the chain of a data folder has got since. @throws SentinelError ES_BAD_INPUT, ES_EVIDENCE_WRITE */
export function sealNow(folder: string, key: SigningKey, now: number): number {
  const connection = openBeside(folder, 'write');
  try {
    connection.pragma('synchronous = FULL');
    return sealChain(connection, key, now);
  } finally {
    connection.close();
  }
}

function idsOf(connection: BetterSqlite3.Database, { ids, from = 0, to = Infinity, area }: ExportOrder): string[] {
  const found =
    ids === undefined
      ? connection
          .prepare(
            `SELECT id FROM incidents WHERE started_at >= @from AND started_at < @to AND (@area IS NULL OR area = @area
              OR EXISTS (SELECT 1 FROM json_each(areas_json) WHERE value = @area)) ORDER BY started_at LIMIT @most`,
          )
          .pluck()
          .all({ from, to: Math.min(to, 9e15), area: area ?? null, most: mostExported + 1 })
      : ids.flatMap((id) => connection.prepare('SELECT id FROM incidents WHERE id = ?').pluck().all(id));
  if (found.length === 0) throw new SentinelError('ES_BAD_INPUT', 'There is no such incident to export.');
  if (found.length <= mostExported) return found as string[];
  throw new SentinelError('ES_BAD_INPUT', `There are more than ${mostExported} such incidents.`, {
    hint: 'Export a shorter time, or one area. All of it is a backup.',
  });
}

class Bundle {
  readonly #connection: BetterSqlite3.Database;
  readonly #order: ExportOrder;
  readonly #key: SigningKey;
  readonly #ids: readonly string[];
  readonly #zip = new ZipFile();
  readonly #files: Manifest['files'] = [];
  readonly #missing: string[] = [];

  constructor(connection: BetterSqlite3.Database, order: ExportOrder, key: SigningKey, ids: readonly string[]) {
    this.#connection = connection;
    this.#order = order;
    this.#key = key;
    this.#ids = ids;
  }

  async write(): Promise<Exported> {
    const part = `${this.#order.file}.part`;
    const output = createWriteStream(part, { flags: 'w', mode: 0o600 });
    try {
      await this.#addMedia();
      this.#ids.forEach((id, n) => {
        this.#add(bundleNames.incident(n + 1), () =>
          Readable.from([Buffer.from(JSON.stringify(this.#incident(id), null, 1))]),
        );
      });
      this.#add(bundleNames.chain, () => Readable.from(inBlocks(this.#chainLines())));
      this.#add(bundleNames.report, () => Readable.from(inBlocks(this.#report())));
      this.#add(bundleNames.publicKey, () => Readable.from([Buffer.from(pemOf(this.#key.publicKey))]));
      this.#addManifest();
      this.#zip.end();
      const made = Readable.from(this.#zip.outputStream);
      this.#zip.on('error', (error) => made.destroy(error as Error));
      await pipeline(made, output);
      await syncFile(part);
      // A link and not a rename: a file that came meanwhile is not overwritten.
      linkSync(part, this.#order.file);
    } finally {
      rmSync(part, { force: true });
    }
    const bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0);
    const counts = { incidents: this.#ids.length, files: this.#files.length, bytes, missing: this.#missing };
    return { ...counts, key: fingerprint(this.#key.publicKey) };
  }

  #add(name: string, stream: () => Readable, compress = true): void {
    this.#zip.addReadStreamLazy(name, { compress }, (done) => {
      done(null, stream().pipe(this.#counted(name)));
    });
  }

  /** Pictures, sound and video are small already. */
  async #addMedia(): Promise<void> {
    for (const id of this.#ids) {
      for (const row of this.#rows<MediaRow>('media', id)) {
        const path = join(this.#order.folder, row.file);
        if (evidenceFilePath.test(row.file) && (await isReadable(path))) {
          this.#add(bundleNames.media(row), () => createReadStream(path), false);
        } else this.#missing.push(bundleNames.media(row));
      }
    }
  }

  /** The last two: everything that is listed has passed by then. */
  #addManifest(): void {
    let text = '';
    this.#zip.addReadStreamLazy(bundleNames.manifest, {}, (done) => {
      const manifest: Manifest = {
        ...{ format: 'echosight-evidence', v: 1, madeAt: this.#order.now, software: packageVersion() },
        ...{ incidents: this.#ids.length, missing: this.#missing, files: this.#files },
      };
      text = JSON.stringify(manifest, null, 1);
      done(null, Readable.from([Buffer.from(text)]));
    });
    this.#zip.addReadStreamLazy(bundleNames.signature, {}, (done) => {
      const signature = sign(null, Buffer.from(text), this.#key.privateKey);
      done(null, Readable.from([Buffer.from(signature.toString('base64'))]));
    });
  }

  #incident(id: string): BundledIncident {
    const [row] = this.#connection.prepare('SELECT * FROM incidents WHERE id = ?').all(id);
    return {
      incident: factsOf.incident(row as Parameters<typeof factsOf.incident>[0]),
      signals: this.#rows('signals', id).map((signal) => factsOf.signal(signal as never)),
      media: this.#rows('media', id).map((file) => factsOf.media(file as never)),
      reviews: this.#rows('reviews', id).map((review) => factsOf.review(review as never)),
      removals: this.#rows('removals', id).map((removal) => factsOf.removal(removal as never)),
    };
  }

  #rows<Row>(table: 'signals' | 'media' | 'reviews' | 'removals', id: string): Selectable<Row>[] {
    return this.#connection.prepare(`SELECT * FROM ${table} WHERE incident_id = ?`).all(id) as Selectable<Row>[];
  }

  *#report(): Generator<string> {
    const key = fingerprint(this.#key.publicKey);
    yield reportHead({ madeAt: this.#order.now, incidents: this.#ids.length, key });
    for (const id of this.#ids) {
      const bundled = this.#incident(id);
      yield reportIncident(bundled, modelsOf(this.#connection, bundled.incident, bundled.signals));
    }
    yield reportEnd;
  }

  /** Every seal that stands for an entry of these incidents, each with all its entries. */
  *#chainLines(): Generator<string> {
    const wanted = new Set(this.#ids);
    const entries = this.#connection.prepare('SELECT * FROM chain WHERE seq BETWEEN ? AND ? ORDER BY seq');
    for (const row of this.#sealsOf()) {
      const { from, to } = statementOf(row);
      yield line({ seal: row.statement, signature: Buffer.from(row.signature).toString('base64') });
      for (const entry of entries.iterate(from, to) as Iterable<Selectable<ChainRow>>) {
        yield line(
          wanted.has(entry.incident_id)
            ? {
                ...{ seq: entry.seq, kind: entry.kind, subject: entry.subject, incident: entry.incident_id },
                ...{ digest: hex(entry.digest), at: entry.at },
              }
            : { seq: entry.seq, hash: hex(entryHash(entry)) },
        );
      }
    }
  }

  #sealsOf(): Selectable<SealRow>[] {
    const seals = this.#connection.prepare('SELECT * FROM seals ORDER BY seq').all() as Selectable<SealRow>[];
    const first = this.#connection.prepare('SELECT 1 FROM chain WHERE incident_id = ? AND seq BETWEEN ? AND ? LIMIT 1');
    return seals.filter((row) => {
      const { from, to } = statementOf(row);
      return this.#ids.some((id) => first.get(id, from, to) !== undefined);
    });
  }

  /** Notes what passes for the manifest. */
  #counted(name: string): Transform {
    const hash = createHash('sha256');
    let bytes = 0;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
      flush: (done) => {
        this.#files.push({ name, bytes, sha256: hash.digest('hex') });
        done();
      },
    });
  }
}

function line(of: ChainLine): string {
  return `${JSON.stringify(of)}\n`;
}

/** Many short texts as few large ones. */
function* inBlocks(texts: Iterable<string>): Generator<Buffer> {
  let block = '';
  for (const text of texts) {
    block += text;
    if (block.length < 65_536) continue;
    yield Buffer.from(block);
    block = '';
  }
  if (block !== '') yield Buffer.from(block);
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close();
    return true;
  } catch {
    return false;
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
