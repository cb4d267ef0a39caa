import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';

/** A file of the reference material that lies beside the repository; it is never part of it. */
export function sharedFile(...segments: string[]): string {
  return resolve(import.meta.dirname, '..', '..', 'shared', ...segments);
}

/**
 * Skips the test with a clear message when what it needs is absent; with REQUIRE_ALL set, absence is a failure.
 * @returns true when the test can run.
 */
export function requirement(t: TestContext, present: boolean, what: string): boolean {
  if (present) return true;
  if (process.env.REQUIRE_ALL !== undefined) throw new Error(`REQUIRE_ALL is set, but ${what} is absent`);
  t.skip(`${what} is absent`);
  return false;
}

/** `requirement` for a file of the reference material. */
export function sharedRequirement(t: TestContext, ...segments: string[]): boolean {
  return requirement(t, existsSync(sharedFile(...segments)), `shared/${segments.join('/')}`);
}
