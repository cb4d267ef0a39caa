import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { openApiDocument } from '../../../src/api/openapi/document.ts';
import { ApiFuzz, sendFuzz } from '../../api-fuzz.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { summary } from './api-host.ts';
import { serveApi } from './api-server.ts';

/** What came of odd requests: how often each status was answered, and how many got no answer. */
export interface FuzzResult {
  statuses: Record<string, number>;
  unanswered: number;
}

/** Sends odd requests to a real server. Fails at the first that is answered with a fault of ours, or tells what it should not. */
export async function fuzzApi(t: Pick<TestContext, 'after'>, times: number, seed: number): Promise<FuzzResult> {
  const log = new RecordingLog();
  const clock = new ManualClock();
  const address = await serveApi(t, {
    ...{ log, clock },
    incident: (id) => Promise.resolve(id === 'one' ? summary('one') : undefined),
    review: (id, { action }) => {
      const record = { id: 'r', incidentId: id, action, by: 'x', at: 1 };
      return Promise.resolve(id === 'one' ? { record, added: true } : undefined);
    },
  });
  const fuzz = new ApiFuzz(openApiDocument('1', ''), seededRandom(seed));
  const statuses: Record<string, number> = {};
  let unanswered = 0;
  for (let n = 0; n < times; n++) {
    const request = fuzz.next();
    // A second apart, so that nobody asks too often.
    clock.advance(1000);
    const answer = await sendFuzz(address, request);
    const what = JSON.stringify({ ...request, body: request.body?.toString('latin1').slice(0, 200) });
    if (answer === undefined) {
      unanswered += 1;
      continue;
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    assert.ok(answer.status < 500 || [501, 503].includes(answer.status), `${answer.status} for ${what}`);
    assert.doesNotMatch(answer.text, /\bat .+\.[jt]s:\d+|\/tmp\/|node_modules|SQLITE/, what);
  }
  assert.deepEqual(log.lines, []);
  return { statuses, unanswered };
}
