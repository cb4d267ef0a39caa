import type { OperationId } from '../routes/table.ts';

/**
 * What is written down of which operations, once it is done; accounts and new streams write down their own. The subject is a part of the path. Reading
 * evidence is written down where it is known what was read.
 */
export const audited: Readonly<Partial<Record<OperationId, { action: string; part?: string }>>> = {
  reviewIncident: { action: 'review', part: 'incident' },
  confirmEvent: { action: 'review', part: 'event' },
  dismissEvent: { action: 'review', part: 'event' },
  acknowledgeAlert: { action: 'review', part: 'alert' },
  simulateEvent: { action: 'event.simulate' },
  changeArming: { action: 'arming' },
  changeStream: { action: 'stream.change', part: 'stream' },
  removeStream: { action: 'stream.remove', part: 'stream' },
  startStream: { action: 'stream.start', part: 'stream' },
  stopStream: { action: 'stream.stop', part: 'stream' },
  retrainSound: { action: 'sound.retrain' },
};
