import type { FusionInput } from './area.ts';

export type FusionKind = FusionInput['kind'];

/** Every kind of message that can be fused. */
export const fusionKinds: readonly FusionKind[] = [
  'detections',
  'audio-scores',
  'cue',
  'stream-status',
  'signal',
  'arming',
];

export function isFusionKind(kind: unknown): kind is FusionKind {
  return (fusionKinds as readonly unknown[]).includes(kind);
}
