import type { SentinelError } from '../contracts/errors.ts';
import type { Outgoing } from './outbox-row.ts';

const remembered = 1_000;

/**
 * Which errors are worth a report of their own: the first about an alert and a person. Of pictures and recordings only
 * the first with a name, since all recipients of an alert get the same ones.
 */
export class ErrorReports {
  readonly #reported = new Set<string>();

  /** @returns true once. */
  isNew({ alert_id: alert, recipient, part }: Outgoing, error: SentinelError): boolean {
    const keys = [`${alert} ${recipient}`, ...(part === 'text' ? [] : [`${alert} ${error.name}`])];
    const isNew = !keys.some((key) => this.#reported.has(key));
    for (const key of keys) this.#reported.add(key);
    for (const oldest of this.#reported) {
      if (this.#reported.size <= remembered) break;
      this.#reported.delete(oldest);
    }
    return isNew;
  }
}
