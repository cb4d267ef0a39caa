import type { IncidentFacts, MediaFacts, RemovalFacts, ReviewFacts, SignalFacts } from './row-digests.ts';

/** What lies in a bundle, by name. */
export const bundleNames = {
  manifest: 'manifest.json',
  signature: 'manifest.sig',
  publicKey: 'public-key.pem',
  chain: 'chain.jsonl',
  report: 'report.html',
  incident: (number: number): string => `incidents/${String(number).padStart(5, '0')}.json`,
  media: (row: Pick<MediaFacts, 'file'>): string => `media/${row.file.slice(row.file.lastIndexOf('/') + 1)}`,
} as const;

/** An incident in a bundle: rows as the chain vouches for them. */
export interface BundledIncident {
  incident: IncidentFacts;
  signals: SignalFacts[];
  media: MediaFacts[];
  reviews: ReviewFacts[];
  removals: RemovalFacts[];
}

/** A line of `chain.jsonl`: a seal, then the entries that it stands for, those of other incidents as a hash. */
export type ChainLine =
  | { seal: string; signature: string }
  | { seq: number; hash: string }
  | { seq: number; kind: string; subject: string; incident: string; digest: string; at: number };

/** What the signature of a bundle stands for. */
export interface Manifest {
  format: 'echosight-evidence';
  v: 1;
  /** Epoch ms. */
  madeAt: number;
  /** Version of the software that made it. */
  software: string;
  incidents: number;
  /** Media that were to be here and could not be read. */
  missing: string[];
  files: { name: string; bytes: number; sha256: string }[];
}
