import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendFuzz } from '../../api-fuzz.ts';
import { twoHouses } from './two-houses.ts';

test('no spelling of a path leads out of the API, or to a file by its name', async (t) => {
  const { address, be } = await twoHouses(t);
  be('admin', 'everything');
  const steps = [
    '../sentinel.db',
    '..%2fsentinel.db',
    '%2e%2e/access.key',
    '..\\access.key',
    '....//access.key',
    '%00',
  ];
  const places = ['evidence', 'clips', 'previews', 'incidents', 'events', 'streams', 'users'];
  for (const step of steps) {
    for (const place of places) {
      const path = `/api/v1/${place}/${step}`;
      const answer = await sendFuzz(address, { method: 'GET', path, headers: {}, body: undefined });
      assert.ok(typeof answer === 'object', path);
      assert.ok([404, 405].includes(answer.status), `${path}: ${answer.status}`);
      assert.doesNotMatch(answer.text, /sentinel-test-|access\.key|SQLite format/, path);
    }
  }
});
