import { Type, type Static } from 'typebox';

/**
 * Training by the user: recordings in folders named like their classes become a head, a small classifier on top of the
 * embeddings of a sound model. What the node, the API and the command line share.
 */

/** How much may be brought at once; beyond it nothing is read. */
export const trainingLimits = {
  zipBytes: 200e6,
  entries: 5000,
  /** Of all files unpacked. */
  unpackedBytes: 500e6,
  /** Unpacked bytes to packed ones, of one file. */
  ratio: 100,
  clipBytes: 25e6,
  leastSeconds: 0.1,
  mostSeconds: 60,
  /** Of all clips together. */
  mostMinutes: 120,
  leastClasses: 2,
  mostClasses: 20,
  /** Of each class. */
  leastClips: 3,
  /** Clips of the largest class to those of the smallest. */
  imbalance: 50,
  /** Refusals that are told one by one; all are counted. */
  refusedTold: 100,
  /** Heads that are kept; older ones go, the active one and the one before it never. */
  versions: 20,
} as const;

/** A name of a class: it stands in messages, and is the name of a folder. */
export const classNamePattern = '^[a-z0-9][a-z0-9_-]{0,47}$';
/** Classes that mean "nothing of importance": they never fire. `other` holds the built-in sounds. */
export const quietClasses = ['other', 'safe'] as const;

/** Whether a class means that nothing of importance is heard. */
export function isQuiet(label: string): boolean {
  return (quietClasses as readonly string[]).includes(label);
}

export const trainingStates = ['idle', 'validating', 'embedding', 'training', 'done', 'failed', 'cancelled'] as const;
export type TrainingState = (typeof trainingStates)[number];
/** Where a training comes from: what comes by HTTP is kept, and put to use only where somebody of the house says so. */
export const trainingOrigins = ['flow', 'command', 'http'] as const;
export type TrainingOrigin = (typeof trainingOrigins)[number];

const count = Type.Integer({ minimum: 0 });
const share = Type.Number({ minimum: 0, maximum: 1 });
const label = Type.String({ minLength: 1, maxLength: 48 });

/** A file that was not used, and why. */
export const RefusedFile = Type.Object({
  file: Type.String({ description: 'Its path inside the zip or folder.' }),
  reason: Type.String({ description: 'A sentence for people.' }),
});
export type RefusedFile = Static<typeof RefusedFile>;

/** What one class brought, and how well clips that were held out are told from the others. */
export const ClassResult = Type.Object({
  label,
  clips: count,
  windows: count,
  seconds: Type.Number({ minimum: 0 }),
  precision: share,
  recall: share,
  f1: share,
  averagePrecision: share,
  threshold: Type.Optional({ ...share, description: 'From this score on the class fires; absent for quiet ones.' }),
});
export type ClassResult = Static<typeof ClassResult>;

export const EpochResult = Type.Object({
  epoch: Type.Integer({ minimum: 1 }),
  loss: Type.Number({ description: 'Of the windows that are learnt from.' }),
  accuracy: share,
  heldOutLoss: Type.Number({
    description: 'Of windows of each fifth clip, as a head says that does not learn from them.',
  }),
  heldOutAccuracy: share,
});
export type EpochResult = Static<typeof EpochResult>;

/** What a training showed. All scores are of clips that were held out: no window of them was learnt from. */
export const TrainingResults = Type.Object({
  accuracy: { ...share, description: 'Share of the clips whose class was found.' },
  balancedAccuracy: { ...share, description: 'Mean of the recalls of the classes: large ones count like small ones.' },
  method: Type.Enum(['leave-one-file-out', 'k-fold'], {
    description: 'How clips were held out: each by itself, or in as many groups as `folds` says.',
  }),
  folds: count,
  classes: Type.Array(ClassResult),
  labels: Type.Array(label, { description: 'Of the rows and columns of the confusion matrix.' }),
  confusion: Type.Array(Type.Array(count), { description: 'Clips: a row per true class, a column per found one.' }),
  history: Type.Array(EpochResult),
  confidence: Type.Object(
    {
      bins: Type.Array(share, { description: 'Lower bounds of the bins.' }),
      right: Type.Array(count, { description: 'Clips whose class was found, by the score of that class.' }),
      wrong: Type.Array(count),
    },
    { description: 'How sure the head was of clips that were held out.' },
  ),
  other: Type.Object(
    {
      windows: count,
      falseAlarms: { ...count, description: 'Windows of built-in sounds, held out, at which a class would fire.' },
      note: Type.Optional(Type.String({ description: 'Why there are none.' })),
    },
    { description: 'Built-in everyday sounds that were learnt beside the recordings.' },
  ),
  embeddingMs: Type.Number(),
  trainingMs: Type.Number(),
});
export type TrainingResults = Static<typeof TrainingResults>;

export const HeadComparison = Type.Object({
  with: Type.Integer({ description: 'Version that was active.' }),
  old: Type.Optional(share),
  new: share,
  clips: { ...count, description: 'Clips that neither had learnt; 0: the scores of each training are compared.' },
  worse: Type.Boolean(),
  said: Type.String({ description: 'A sentence for people.' }),
});
export type HeadComparison = Static<typeof HeadComparison>;

export const TrainingSession = Type.Object({
  id: Type.String(),
  uploadId: Type.String(),
  state: Type.Enum(trainingStates),
  progress: share,
  model: Type.String({ description: 'Id of the sound model whose embeddings are learnt.' }),
  origin: Type.Optional(Type.Enum(trainingOrigins, { description: 'Where it came from.' })),
  by: Type.Optional(Type.String({ description: 'Name of the login that it came with.' })),
  startedAt: Type.Number({ description: 'Epoch milliseconds.' }),
  endedAt: Type.Optional(Type.Number()),
  clips: { ...count, description: 'Clips that are used, so far.' },
  refused: { ...count, description: 'Files that were refused.' },
  refusals: Type.Array(RefusedFile, { description: 'The first of them.' }),
  version: Type.Optional(Type.Integer({ minimum: 1, description: 'The head that came of it.' })),
  activated: Type.Optional(Type.Boolean({ description: 'Whether it was put to use at once.' })),
  kept: Type.Optional(
    Type.String({ description: 'A sentence for people: why it was not put to use, and how it can be.' }),
  ),
  comparison: Type.Optional(HeadComparison),
  error: Type.Optional(Type.Object({ name: Type.String(), message: Type.String() })),
  results: Type.Optional(TrainingResults),
});
export type TrainingSession = Static<typeof TrainingSession>;

/** A head that was trained. */
export const HeadVersion = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  createdAt: Type.Number(),
  sessionId: Type.String(),
  model: Type.String(),
  modelSha256: Type.String({ description: 'Of the file of the sound model: the head fits no other.' }),
  classes: Type.Array(Type.Object({ label, threshold: Type.Optional(share) })),
  clips: count,
  accuracy: share,
  balancedAccuracy: share,
  active: Type.Boolean(),
});
export type HeadVersion = Static<typeof HeadVersion>;

export const TrainingStatus = Type.Object({
  state: Type.Enum(trainingStates),
  progress: share,
  session: Type.Optional(TrainingSession),
  versions: Type.Array(HeadVersion, { description: 'Newest first.' }),
  active: Type.Optional(Type.Integer({ minimum: 1, description: 'Version in use; absent: none.' })),
  model: Type.Optional(
    Type.String({ description: 'Sound model whose embeddings are learnt where none is named: the one that listens.' }),
  ),
  misfit: Type.Optional(
    Type.String({
      description: 'A sentence for people: why the version in use is not heard by the model that listens.',
    }),
  ),
});
export type TrainingStatus = Static<typeof TrainingStatus>;

/** What to learn from. Exactly one of `zip` and `folder`, absolute paths. */
export interface TrainingRequest {
  zip?: string;
  folder?: string;
  /** The zip file is ours from now on, and deleted when the training is over. */
  owned?: boolean;
  /** What the upload is called, for people. */
  name?: string;
  /** Id of the sound model; default: the one that listens, that is of the audio-classify that was deployed last. */
  model?: string;
  /** Default: `flow`. */
  origin?: TrainingOrigin;
  /** Name of the login that it came with. */
  by?: string | undefined;
  /** Whether a good head is put to use at once; default: yes, but of `http` only where the site allows it. */
  activate?: boolean;
  /** Put the head to use even if it is worse than the active one. */
  force?: boolean;
}

export interface TrainingBegun {
  uploadId: string;
  sessionId: string;
}

/** One training at a time per site; what it learns is used by every audio-classify whose setting asks for it. */
export interface TrainingPort {
  /**
   * Looks at what was brought, and begins in the background.
   * @throws SentinelError ES_TRAINING_BUSY; ES_ARCHIVE_INVALID, ES_TRAINING_DATA when it cannot be learnt from, which is
   * known at once for what the list of its files says; ES_MODEL_MISSING, ES_DATABASE
   */
  begin(request: TrainingRequest): Promise<TrainingBegun>;
  /** The training under way, or the last one; never rejects. */
  status(): Promise<TrainingStatus>;
  /** Ends the training under way; what is in use stays. @returns whether there was one. */
  cancel(): Promise<boolean>;
  /** Puts a version to use, or with undefined none. @throws SentinelError ES_HEAD_MISSING, ES_HEAD_MISMATCH */
  activate(version: number | undefined): Promise<TrainingStatus>;
  /** Goes back to what was in use before the last change. @throws SentinelError ES_HEAD_MISSING */
  rollback(): Promise<TrainingStatus>;
  /** Absolute path of the ONNX file of a version, default the active one; a `.json` lies beside it. @throws SentinelError ES_HEAD_MISSING */
  exportPath(version?: number): Promise<string>;
  /**
   * Where a zip file may be put to be learnt from: an absolute path that is free, with room for so many bytes. Hand it to
   * `begin` with `owned`, or delete it; one that is forgotten goes with the next start.
   * @param bytes as announced; default: as many as a zip file may have. @throws SentinelError ES_TRAINING_BUSY, ES_DISK_FULL
   */
  newUpload(bytes?: number): Promise<string>;
  /** Whoever writes there asks again now and then. @param bytes still to come; default: none. @throws SentinelError ES_DISK_FULL */
  assertRoom(bytes?: number): Promise<void>;
}
