import { Type, type Static } from 'typebox';
import { streamStatuses } from './messages.ts';

/** What became of the frames, or sound windows, of a source since Node-RED started. */
const Throughput = Type.Object({
  captured: Type.Integer({ minimum: 0 }),
  analysed: Type.Integer({ minimum: 0, description: 'By all detectors or classifiers together.' }),
  dropped: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'By reason.' }),
});
export type Throughput = Static<typeof Throughput>;

/** How a camera or microphone does. */
export const SourceHealth = Type.Object({
  source: Type.String(),
  area: Type.String(),
  type: Type.Enum(['camera', 'microphone']),
  status: Type.Enum(streamStatuses),
  detail: Type.String(),
  since: Type.Number({ description: 'Epoch milliseconds of the last change of status.' }),
  stored: Type.Optional(Type.Boolean({ description: 'Whether it is a stream of the store, added by the API.' })),
  lagSeconds: Type.Optional(
    Type.Number({ minimum: 0, description: 'How late its pictures come because this machine is behind.' }),
  ),
  frames: Type.Optional(Throughput),
  sound: Type.Optional(Throughput),
});
export type SourceHealth = Static<typeof SourceHealth>;

export const ModelHealth = Type.Object({
  model: Type.String(),
  backend: Type.String({ description: 'Runtime that runs it; empty until it has run.' }),
  ok: Type.Boolean(),
});
export type ModelHealth = Static<typeof ModelHealth>;

/** How an account does that tells people, as far as it was ever not well. */
export const AccountHealth = Type.Object({
  account: Type.String({ description: 'Id of its config node.' }),
  channel: Type.String(),
  status: Type.Enum(['ok', 'warning', 'down']),
  detail: Type.String({ description: 'What should be mended.' }),
});
export type AccountHealth = Static<typeof AccountHealth>;

/** What evidence takes of its disk, as retention last found it: after two minutes, then every ten. */
export const KeptEvidence = Type.Object({
  bytes: Type.Integer({ minimum: 0, description: 'Of all files.' }),
  mostBytes: Type.Integer({ minimum: 0, description: 'Above it, files go; 0: no limit.' }),
  free: Type.Optional(Type.Integer({ minimum: 0, description: 'Free bytes on the disk of the data folder.' })),
  leastFree: Type.Integer({ minimum: 0, description: 'Below it, files go; 0: no limit.' }),
  at: Type.Number({ description: 'When it was found, epoch ms.' }),
});
export type KeptEvidence = Static<typeof KeptEvidence>;

/** `unused` until the first node of the site needs the database. */
const databaseStates = ['ok', 'down', 'unused'] as const;

export const SiteHealth = Type.Object({
  site: Type.String(),
  name: Type.String(),
  sources: Type.Array(SourceHealth),
  models: Type.Array(ModelHealth),
  accounts: Type.Optional(Type.Array(AccountHealth)),
  outbox: Type.Object({
    queued: Type.Integer({ minimum: 0, description: 'Messages that wait to be sent.' }),
    failed: Type.Integer({ minimum: 0, description: 'Messages that failed for good or expired.' }),
  }),
  database: Type.Enum(databaseStates),
  storage: Type.Optional(
    Type.Enum(['ok', 'full'], { description: 'full: there is no room for evidence, and none can be made.' }),
  ),
  kept: Type.Optional(KeptEvidence),
});
export type SiteHealth = Static<typeof SiteHealth>;

/** What all of it runs on. */
const Platform = Type.Object({
  nodejs: Type.String(),
  nodeRed: Type.Optional(Type.String()),
});
export type Platform = Static<typeof Platform>;

/** Answer of `GET /api/v1/health`: `degraded` as soon as a source, a model or the database does not work. */
export const HealthReport = Type.Object({
  status: Type.Enum(['ok', 'degraded']),
  version: Type.String(),
  platform: Type.Optional(Platform),
  sites: Type.Array(SiteHealth),
});
export type HealthReport = Static<typeof HealthReport>;

/** What whoever asks is told: strangers learn no more than whether all is well. */
export const HealthAnswer = Type.Object({
  status: HealthReport.properties.status,
  version: Type.Optional(HealthReport.properties.version),
  platform: HealthReport.properties.platform,
  sites: Type.Optional(HealthReport.properties.sites),
});
export type HealthAnswer = Static<typeof HealthAnswer>;
