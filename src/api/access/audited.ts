import type { OperationId } from '../routes/table.ts';

/**
 * What is written down of which operations, once it is done; accounts write down their own. The subject is a part of the path. Reading
 * evidence is written down where it is known what was read.
 */
export const audited: Readonly<Partial<Record<OperationId, { action: string; part?: string }>>> = {
  reviewIncident: { action: 'review', part: 'incident' },
  changeArming: { action: 'arming' },
  retrainSound: { action: 'sound.retrain' },
};
