import type { ListPosition } from '../evidence/incident-list.ts';
import { Problem } from './problem.ts';

/** Longest cursor: an id of 64 characters, each four bytes long, needs less. */
export const longestCursor = 512;

/** Where the next page begins, as a text for the client to hand back. */
export function cursorOf({ startedAt, id }: ListPosition): string {
  return Buffer.from(JSON.stringify([startedAt, id])).toString('base64url');
}

/** @throws Problem 400 for anything that `cursorOf` has not made. */
export function readCursor(text: string): ListPosition {
  const position = parse(text);
  // Compared as a whole: so many texts decode to one position.
  if (position !== undefined && cursorOf(position) === text) return position;
  throw new Problem(400, 'The parameter before is no cursor of this API: use next of a page as it is.');
}

function parse(text: string): ListPosition | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value)) return undefined;
    const [startedAt, id] = value as unknown[];
    if (typeof startedAt !== 'number' || typeof id !== 'string') return undefined;
    return { startedAt, id };
  } catch {
    return undefined;
  }
}
