import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { openApiDocument } from '../../../src/api/openapi/document.ts';
import { roles } from '../../../src/contracts/access.ts';
import { ApiFuzz, sendFuzz } from '../../api-fuzz.ts';
import { ManualClock } from '../manual-clock.ts';
import { scopes, twoHouses, type ScopeName } from './two-houses.ts';

/** What came of odd requests: how often each status was answered, and how many got no answer. */
export interface FuzzResult {
  statuses: Record<string, number>;
  unanswered: number;
  /** Those whose connection stayed open without an answer. */
  hung: number;
}

/** Answers that are no fault of ours: not made, or too much at once. */
const refusals = [501, 503];

/**
 * Sends odd requests, of all roles and scopes, to a real server over two sites with rows of every kind. Fails at the first that is answered with a fault of ours,
 * or tells what it should not.
 */
export async function fuzzApi(t: Pick<TestContext, 'after'>, times: number, seed: number): Promise<FuzzResult> {
  const clock = new ManualClock();
  const house = await twoHouses(t, { clock });
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(house.parts)) known[name] = await value();
  const random = seededRandom(seed);
  const fuzz = new ApiFuzz(openApiDocument('1', ''), random, known);
  const result: FuzzResult = { statuses: {}, unanswered: 0, hung: 0 };
  for (let n = 0; n < times; n++) {
    const request = fuzz.next();
    // Mostly somebody who gets far.
    const isAdmin = random() < 0.6;
    const scope = isAdmin ? 'everything' : (oneOf(Object.keys(scopes), random()) as ScopeName);
    house.be(isAdmin ? 'admin' : oneOf([undefined, ...roles], random()), scope);
    // A second apart, so that nobody asks too often.
    clock.advance(1000);
    const answer = await sendFuzz(house.address, request);
    const what = JSON.stringify({ ...request, body: request.body?.toString('latin1').slice(0, 200) });
    if (answer === 'hung') result.hung += 1;
    else if (answer === undefined) result.unanswered += 1;
    else {
      result.statuses[answer.status] = (result.statuses[answer.status] ?? 0) + 1;
      assert.ok(
        answer.status < 500 || refusals.includes(answer.status),
        `${answer.status} for ${what}: ${answer.text}`,
      );
      assert.doesNotMatch(answer.text, /\bat .+\.[jt]s:\d+|\/tmp\/|node_modules|SQLITE/, what);
    }
  }
  assert.deepEqual(
    house.log.lines.filter((line) => line.startsWith('error')),
    [],
  );
  return result;
}

function oneOf<T>(all: readonly T[], share: number): T {
  return all[Math.floor(share * all.length)] as T;
}
