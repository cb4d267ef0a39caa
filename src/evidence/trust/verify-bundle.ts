import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { createInterface } from 'node:readline';
import { bundleNames, type BundledIncident, type ChainLine, type Manifest } from './bundle-form.ts';
import { BundleFile, invalid } from './bundle-file.ts';
import type { CheckedChain } from './check-chain.ts';
import { sealFault } from './check-chain.ts';
import type { CheckedRows } from './check-rows.ts';
import { entryHash, linkHash } from './chain-entry.ts';
import { Faults } from './faults.ts';
import { incidentDigest, mediaDigest, removalDigest, reviewDigest } from './row-digests.ts';
import { hex, statementOf, type SealStatement } from './seal.ts';
import { verification, type Verification } from './verify-folder.ts';

/** Newest digest of what the chain says, by incident, and then by kind and subject. */
type Said = Map<string, Map<string, string>>;

/**
 * Checks a bundle by itself: its signature, every file, and that the chain of the site vouches for every incident.
 * @param expected public key of the site, as its owner gave it; without it the key in the bundle, whose fingerprint is to be compared.
 * @throws SentinelError ES_ARCHIVE_INVALID for what is no bundle at all
 */
export async function verifyBundle(file: string, expected?: KeyObject): Promise<Verification> {
  const bundle = await BundleFile.open(file);
  const faults = new Faults();
  try {
    const own = await publicKey(bundle);
    const key = expected ?? own;
    if (!key.equals(own)) faults.add(bundleNames.publicKey, 'It is not the key of the site.');
    const manifest = await readManifest(bundle, key, faults);
    const bytes = await checkFiles(bundle, manifest, faults);
    const said: Said = new Map();
    const chain = await checkChainLines(bundle, key, said, faults);
    const counts = await checkIncidents(bundle, manifest, said, faults);
    return verification({ ...chain, ...counts, bytes }, key, faults);
  } finally {
    bundle.close();
  }
}

async function publicKey(bundle: BundleFile): Promise<KeyObject> {
  const pem = await bundle.text(bundleNames.publicKey);
  try {
    return createPublicKey(pem);
  } catch {
    throw invalid('its public key is none');
  }
}

async function readManifest(bundle: BundleFile, key: KeyObject, faults: Faults): Promise<Manifest> {
  const text = await bundle.text(bundleNames.manifest);
  const signature = Buffer.from(await bundle.text(bundleNames.signature), 'base64');
  if (!verify(null, Buffer.from(text), key, signature)) {
    faults.add(bundleNames.manifest, 'Its signature is not right.');
  }
  const manifest = parsed(text, bundleNames.manifest) as Partial<Manifest>;
  if (manifest.format === 'echosight-evidence' && Array.isArray(manifest.files)) return manifest as Manifest;
  throw invalid('its manifest is none');
}

/** Nothing missing, nothing besides, nothing changed. @returns bytes of all files. */
async function checkFiles(bundle: BundleFile, manifest: Manifest, faults: Faults): Promise<number> {
  const present = new Set(bundle.names);
  for (const name of [bundleNames.manifest, bundleNames.signature]) present.delete(name);
  let bytes = 0;
  for (const listed of manifest.files) {
    bytes += listed.bytes;
    if (!present.delete(listed.name)) faults.add(listed.name, 'The file is missing.');
    else if ((await bundle.digest(listed.name)) !== listed.sha256)
      faults.add(listed.name, 'The file is not what it was.');
  }
  for (const name of present) faults.add(name, 'The file is not in the manifest.');
  return bytes;
}

/** Follows each stretch of the chain to its seal. */
async function checkChainLines(bundle: BundleFile, key: KeyObject, said: Said, faults: Faults): Promise<CheckedChain> {
  const lines = createInterface({ input: await bundle.stream(bundleNames.chain), crlfDelay: Infinity });
  let stretch: { statement: SealStatement; seq: number; hash: Uint8Array } | undefined;
  let [entries, seals] = [0, 0];
  const end = (): void => {
    if (stretch === undefined) return;
    const { statement, seq, hash } = stretch;
    if (seq === statement.to && hex(hash) === statement.hash) return;
    faults.add(
      `seal ${statement.seq}`,
      `It was made of other entries than ${statement.from} to ${statement.to} are here.`,
    );
  };
  for await (const text of lines) {
    const line = parsed(text, bundleNames.chain) as ChainLine;
    if ('seal' in line) {
      end();
      const row = { statement: line.seal, signature: Buffer.from(line.signature, 'base64') };
      const statement = statementOf(row);
      const fault = sealFault(row, statement, key);
      if (fault !== undefined) faults.add(`seal ${statement.seq}`, fault);
      stretch = { statement, seq: statement.from - 1, hash: Buffer.from(statement.before, 'hex') };
      seals += 1;
      continue;
    }
    if (stretch === undefined) throw invalid('its chain begins without a seal');
    stretch.seq += 1;
    entries += 1;
    if (line.seq !== stretch.seq) faults.add(`chain entry ${stretch.seq}`, 'It is missing.');
    stretch.hash = linkHash(stretch.hash, hashOf(line));
    if (!('digest' in line)) continue;
    const ofIncident = said.get(line.incident) ?? new Map<string, string>();
    said.set(line.incident, ofIncident.set(`${line.kind} ${line.subject}`, line.digest));
  }
  end();
  return { entries, seals, unsealed: 0 };
}

function hashOf(line: Exclude<ChainLine, { seal: string }>): Uint8Array {
  if ('hash' in line) return Buffer.from(line.hash, 'hex');
  const { seq, kind, subject, incident, digest, at } = line;
  return entryHash({ seq, kind, subject, incident_id: incident, digest: Buffer.from(digest, 'hex'), at });
}

async function checkIncidents(
  bundle: BundleFile,
  manifest: Manifest,
  said: Said,
  faults: Faults,
): Promise<Omit<CheckedRows, 'bytes'>> {
  const digests = new Map(manifest.files.map(({ name, sha256 }) => [name, sha256]));
  const names = bundle.names.filter((name) => name.startsWith('incidents/'));
  if (names.length !== manifest.incidents)
    faults.add(bundleNames.manifest, 'It counts other incidents than there are.');
  let files = 0;
  for (const name of names) {
    const bundled = parsed(await bundle.text(name), name) as BundledIncident;
    const { id } = bundled.incident;
    const ofIncident = said.get(id) ?? new Map<string, string>();
    const vouch = (kind: string, subject: string, digest: Buffer): void => {
      const entry = ofIncident.get(`${kind} ${subject}`);
      const what = entry === undefined ? 'The chain knows nothing of it.' : 'It is not what it was.';
      if (entry !== hex(digest)) faults.add(`${name}, ${kind} ${subject}`, what);
    };
    vouch('incident', id, incidentDigest(bundled.incident, bundled.signals));
    for (const row of bundled.reviews) vouch('review', row.id, reviewDigest(row));
    for (const row of bundled.removals) vouch('removal', row.id, removalDigest(row));
    for (const row of bundled.media) {
      vouch('media', row.id, mediaDigest(row));
      const media = bundleNames.media(row);
      files += 1;
      if (digests.get(media) === undefined) faults.add(media, 'The file is missing.');
      else if (digests.get(media) !== row.sha256) faults.add(media, 'The file is not what it was.');
    }
    findLeftOut(bundled, ofIncident, name, faults);
  }
  return { incidents: names.length, files };
}

/** What the chain says of the incident and the bundle leaves out. */
function findLeftOut(
  { incident, media, reviews, removals }: BundledIncident,
  said: ReadonlyMap<string, string>,
  name: string,
  faults: Faults,
): void {
  const here = new Set([...media, ...reviews, ...removals].map(({ id }) => id).concat(incident.id));
  const removed = removals.map(({ media_json: list }) => list).join('');
  for (const key of said.keys()) {
    const subject = key.slice(key.indexOf(' ') + 1);
    if (here.has(subject) || removed.includes(`"${subject}"`)) continue;
    faults.add(`${name}, ${key}`, 'It was left out.');
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${name} is no JSON`);
  }
}
