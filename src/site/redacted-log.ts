import type { Log } from '../contracts/ports.ts';
import { redact } from '../network/redact.ts';

/** A log without secrets, whose lines say that they are ours. */
export function redactedLog(log: Log): Log {
  return {
    info: (line) => {
      log.info(`[echosight] ${redact(line)}`);
    },
    warn: (line) => {
      log.warn(`[echosight] ${redact(line)}`);
    },
    error: (line) => {
      log.error(`[echosight] ${redact(line)}`);
    },
  };
}
