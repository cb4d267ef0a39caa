import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sizeIn, storageWords } from '../../../dashboard/system/storage-words.ts';
import { systemSpeaker } from '../../../dashboard/system/system-words.ts';

const gigabyte = 1024 ** 3;
const kept = { bytes: 1.5 * gigabyte, mostBytes: 50 * gigabyte, free: 20 * gigabyte, leastFree: 2 * gigabyte, at: 1 };

describe('the storage on the page of the system', () => {
  const english = { tag: 'en', say: systemSpeaker('en') };

  test('is how much there is of how much it may be, and what is free', () => {
    assert.equal(storageWords({ storage: 'ok', kept }, english), '1.5 GB of 50 GB, 20 GB free');
    assert.equal(storageWords({ kept: { ...kept, mostBytes: 0 } }, english), '1.5 GB, 20 GB free');
    const { bytes, mostBytes, leastFree, at } = kept;
    assert.equal(storageWords({ kept: { bytes, mostBytes, leastFree, at } }, english), '1.5 GB of 50 GB');
    const german = { tag: 'de', say: systemSpeaker('de') };
    assert.equal(storageWords({ kept }, german), '1,5\u00a0GB von 50\u00a0GB, 20\u00a0GB frei');
  });

  test('says first that it is full, and only how it does before anybody has looked', () => {
    assert.match(storageWords({ storage: 'full', kept }, english), /^full: .*, 1\.5 GB of 50 GB/);
    assert.match(storageWords({ storage: 'full' }, english), /^full/);
    assert.equal(storageWords({}, english), 'works');
  });

  test('is told in the unit that fits', () => {
    assert.deepEqual(
      [0, 512, 2048, 3 * 1024 ** 2, 5 * 1024 ** 4].map((bytes) => sizeIn('en', bytes)),
      ['0 byte', '512 byte', '2 kB', '3 MB', '5 TB'],
    );
  });
});
