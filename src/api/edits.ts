import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** A short text that stands for a value that JSON can say: another one for another value. */
export function digestOf(value: unknown): string {
  return digestOfText(JSON.stringify(value));
}

export function digestOfText(text: string): string {
  return createHash('sha1').update(text).digest('base64url');
}

/**
 * Refuses to change what is no longer as its caller has seen it (If-Match); without the header everything may be changed.
 * @param edited what people edit of it, as it stands now: the first part of its tag. That a camera connects meanwhile is nobody's edit.
 * @throws Problem 412
 */
export function assertUnchanged({ headers }: Pick<IncomingMessage, 'headers'>, edited: unknown): void {
  // What is edited is compared, not bytes: a proxy that compresses makes a weak tag (W/) of ours, which is as good.
  const tags = headers['if-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags === undefined || tags.includes('*')) return;
  const begin = `"${digestOf(edited)}.`;
  if (tags.some((tag) => tag.startsWith(begin))) return;
  throw new Problem(412, 'Somebody else has changed this meanwhile: read it again.');
}

/** Whether a caller minds what others have changed. */
export function isConditional({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['if-match'] !== undefined;
}

/** Changes of one thing, one after the other: what was looked at is what is changed. */
export class EditTurns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(key: string, change: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(change);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, over);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }
}
