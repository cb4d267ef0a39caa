import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertKind } from '../../../src/contracts/guards.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { databaseError } from '../../../src/database/failures.ts';
import { isDiskFull, StorageWatch } from '../../../src/evidence/storage-watch.ts';
import { ManualClock } from '../manual-clock.ts';

test('a full disk is one incident of severity 2, however often it is found, and again after it was over', () => {
  const clock = new ManualClock();
  const told: Incident[] = [];
  const watch = new StorageWatch({ site: () => 'home', clock, newId: () => 'id' }, (incident) => told.push(incident));
  watch.note(false);
  for (let n = 0; n < 5; n += 1) watch.note(true);
  assert.equal(told.length, 1);
  assert.equal(watch.state, 'full');
  assertKind(told[0], 'incident');
  assert.deepEqual([told[0].severity, told[0].reason, told[0].phase], [2, 'storage_full', 'start']);
  assert.equal(told[0].endedAt, undefined);
  clock.advance(60_000);
  watch.note(false);
  assertKind(told[1], 'incident');
  const { id, phase, endedAt } = told[1];
  assert.deepEqual([id, phase, endedAt], [told[0].id, 'end', told[0].startedAt + 60_000]);
  watch.note(true);
  watch.note(false);
  assert.equal(told.length, 2, 'a disk at its limit does not tell with every file');
  clock.advance(3_600_000);
  watch.note(true);
  assert.equal(told.length, 3);
});

test('only a file or a row for which there was no room says so', () => {
  const of = (code: string): SentinelError =>
    new SentinelError('ES_EVIDENCE_WRITE', 'no', { cause: Object.assign(new Error('no'), { code }) });
  assert.ok(isDiskFull(of('ENOSPC')));
  assert.ok(isDiskFull(of('EDQUOT')));
  assert.ok(isDiskFull(databaseError({ code: 'SQLITE_FULL', message: 'database or disk is full' })));
  assert.ok(!isDiskFull(databaseError({ code: 'SQLITE_IOERR', message: 'disk I/O error' })));
  assert.ok(!isDiskFull(of('EACCES')));
  assert.ok(!isDiskFull(new SentinelError('ES_IMAGE_INVALID', 'no')));
});
