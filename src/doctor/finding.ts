import { asSentinelError } from '../contracts/errors.ts';
import type { Finding, FindingState } from '../contracts/findings.ts';
import { redact } from '../network/redact.ts';

/** A finding before it is known which check it is from. */
export type Outcome = Omit<Finding, 'id'>;

export const ok = (says: string): Outcome => ({ state: 'ok', says });
export const warning = (says: string, advice: string): Outcome => ({ state: 'warning', says, advice });
export const problem = (says: string, advice: string): Outcome => ({ state: 'problem', says, advice });
export const skipped = (says: string, advice?: string): Outcome => ({
  state: 'skipped',
  says,
  ...(advice === undefined ? {} : { advice }),
});

/** A failure as its own sentences tell it. */
export function problemOf(thrown: unknown): Outcome {
  const { message, hint } = asSentinelError(thrown, 'ES_BAD_CONFIG');
  return { state: 'problem', says: message, ...(hint === undefined ? {} : { advice: hint }) };
}

/** An outcome without secrets. */
export function redacted<Kind extends Outcome>(outcome: Kind, secrets: readonly string[]): Kind {
  const { about, says, advice } = outcome;
  return {
    ...outcome,
    ...(about === undefined ? {} : { about: redact(about, secrets) }),
    says: redact(says, secrets),
    ...(advice === undefined ? {} : { advice: redact(advice, secrets) }),
  };
}

/** How many findings there are of each state. */
export function countOf(findings: readonly Finding[]): Record<FindingState, number> {
  const counts: Record<FindingState, number> = { ok: 0, warning: 0, problem: 0, skipped: 0 };
  for (const { state } of findings) counts[state] += 1;
  return counts;
}
