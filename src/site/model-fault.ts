import { asSentinelError, type SentinelError } from '../contracts/errors.ts';

/** What is wrong with a model, found by looking for it without opening it. */
export function modelFault(find: () => unknown): SentinelError | undefined {
  try {
    find();
    return undefined;
  } catch (error) {
    return asSentinelError(error, 'ES_MODEL_INVALID');
  }
}
