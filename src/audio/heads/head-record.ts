import { Type, type Static } from 'typebox';
import { SentinelError } from '../../contracts/errors.ts';
import { assertMatches } from '../../contracts/guards.ts';
import { classNamePattern, trainingLimits, type HeadVersion } from '../../contracts/training.ts';
import { sha256 } from '../../inference/model-description.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const label = Type.String({ pattern: classNamePattern });
const version = Type.Integer({ minimum: 1, maximum: 1e6 });

/** The JSON beside the ONNX file of a head. */
export const HeadRecord = Type.Object({
  v: Type.Literal(1),
  version,
  createdAt: Type.Number(),
  sessionId: Type.String(),
  model: Type.String({ description: 'Id of the sound model whose embeddings go in.' }),
  modelSha256: sha256,
  sha256: { ...sha256, description: 'Of the ONNX file beside it.' },
  labels: Type.Array(label, { minItems: 2, maxItems: trainingLimits.mostClasses + 1 }),
  thresholds: Type.Record(Type.String(), share),
  /** Of the clips that it has learnt. */
  clips: Type.Array(sha256, { maxItems: trainingLimits.entries }),
  accuracy: share,
  balancedAccuracy: share,
});
export type HeadRecord = Static<typeof HeadRecord>;

/** Which head is in use: `active`, and what was before it, newest last. null: none. */
export const HeadChoice = Type.Object({
  v: Type.Literal(1),
  active: Type.Union([version, Type.Null()]),
  before: Type.Array(Type.Union([version, Type.Null()]), { maxItems: trainingLimits.versions }),
});
export type HeadChoice = Static<typeof HeadChoice>;

export function assertRecord(value: unknown, file: string): asserts value is HeadRecord {
  try {
    assertMatches(HeadRecord, value, 'record of a head');
  } catch (cause) {
    throw new SentinelError('ES_HEAD_MISMATCH', `The trained sound classifier in ${file} is damaged.`, {
      hint: 'Go back to another version, or train anew.',
      cause,
    });
  }
}

export function assertChoice(value: unknown): asserts value is HeadChoice {
  try {
    assertMatches(HeadChoice, value, 'choice of a head');
  } catch (cause) {
    throw new SentinelError('ES_HEAD_MISMATCH', 'Which trained sound classifier is in use cannot be read: none is.', {
      hint: 'Put a version to use anew.',
      cause,
    });
  }
}

export function shownVersion(record: HeadRecord, active: boolean): HeadVersion {
  const { version: number, createdAt, sessionId, model, modelSha256, labels, thresholds, clips } = record;
  return {
    ...{ version: number, createdAt, sessionId, model, modelSha256 },
    classes: labels.map((name) => ({
      label: name,
      ...(Object.hasOwn(thresholds, name) ? { threshold: thresholds[name] ?? 0 } : {}),
    })),
    ...{ clips: clips.length, accuracy: record.accuracy, balancedAccuracy: record.balancedAccuracy, active },
  };
}
