import type { ErrorName } from '../contracts/errors.ts';

/** What the client can do something about, with its status of HTTP: it is told the sentence. */
export const statusOfTheirs: Partial<Record<ErrorName, number>> = {
  ES_AUDIO_INVALID: 422,
  ES_AUDIO_TOO_LONG: 413,
  ES_ARCHIVE_INVALID: 422,
  ES_TRAINING_DATA: 422,
  ES_TRAINING_BUSY: 409,
  ES_TRAINING_CANCELLED: 409,
  ES_BUSY: 429,
  ES_DISK_FULL: 507,
};
