import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzApi } from './fuzz-run.ts';

test('1000 odd requests made of the document are answered as described, and none is a fault of ours', async (t) => {
  const { statuses, unanswered, hung } = await fuzzApi(t, 1000, 8);
  for (const status of [200, 400, 403, 404, 405, 415, 422]) assert.ok(status in statuses, `no ${status} among them`);
  assert.equal(hung, 0);
  assert.ok(unanswered < 200, `${unanswered} connections ended without an answer`);
});
