import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderRecordings } from '../../../../../src/audio/training/recordings/folder-recordings.ts';
import { assertLearnable, sortIntoClasses } from '../../../../../src/audio/training/recordings/recordings.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const sorted = (...files: string[]): string[] =>
  sortIntoClasses(files.map((file) => ({ file, bytes: 1 }))).files.map(({ file, label }) => `${file}: ${label}`);

describe('the class of a recording', () => {
  test('is the folder below the one that all share', () => {
    assert.deepEqual(sorted('safe/a.wav', 'danger/b.wav'), ['safe/a.wav: safe', 'danger/b.wav: danger']);
    assert.deepEqual(sorted('my data/v2/safe/a.wav', 'my data/v2/danger/2026/b.wav'), [
      'my data/v2/safe/a.wav: safe',
      'my data/v2/danger/2026/b.wav: danger',
    ]);
  });

  test('is not guessed where all recordings lie in one folder', () => {
    assert.deepEqual(sorted('danger/a.wav', 'danger/b.wav'), ['danger/a.wav: danger', 'danger/b.wav: danger']);
  });

  test('is written as messages have it; what cannot be is refused by name', () => {
    assert.deepEqual(sorted('Door Bell/a.wav', 'safe/b.wav'), ['Door Bell/a.wav: door_bell', 'safe/b.wav: safe']);
    // Macs write an umlaut as two characters.
    assert.deepEqual(sorted('Türklingel/a.wav', 'Tu\u0308r/b.wav', 'Café/c.wav', 'Gruß/d.wav'), [
      'Türklingel/a.wav: tuerklingel',
      'Tu\u0308r/b.wav: tuer',
      'Café/c.wav: cafe',
      'Gruß/d.wav: gruss',
    ]);
    const { refusals } = sortIntoClasses(['__proto__/a.wav', '門/b.wav', 'c.wav'].map((file) => ({ file, bytes: 1 })));
    assert.equal(refusals.length, 3);
    assert.match(refusals[0]?.reason ?? '', /cannot be a class/);
    assert.match(refusals[2]?.reason ?? '', /no folder/);
  });

  test('is never a name that the product gives itself', () => {
    const files = ['Loud Unknown/a.wav', 'safe/b.wav'].map((file) => ({ file, bytes: 1 }));
    const { files: kept, refusals } = sortIntoClasses(files);
    assert.deepEqual(
      kept.map(({ label }) => label),
      ['safe'],
    );
    assert.match(refusals[0]?.reason ?? '', /a name of ours/);
  });
});

describe('recordings from which nothing can be learnt', () => {
  const clips = (counts: Record<string, number>) =>
    Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, () => ({ label })));
  const cases: [Record<string, number>, RegExp][] = [
    [{}, /no recordings in folders/],
    [{ danger: 40 }, /only one class, "danger"/],
    [{ danger: 40, safe: 2 }, /"safe" has 2/],
    [{ danger: 301, safe: 6 }, /largest class has 301/],
    [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, 3])), /21 classes/],
  ];
  for (const [counts, why] of cases) {
    test(String(why), () => {
      assert.throws(
        () => {
          assertLearnable(clips(counts));
        },
        { name: 'ES_TRAINING_DATA', message: why },
      );
    });
  }
});

test('a class that is missing since its folder has a wrong name is no riddle', () => {
  const files = ['門/a.wav', '門/b.wav', 'dog/c.wav', 'dog/d.wav', 'dog/e.wav'].map((file) => ({ file, bytes: 1 }));
  const { files: clips, refusals } = sortIntoClasses(files);
  assert.throws(
    () => {
      assertLearnable(clips, refusals);
    },
    {
      message:
        /only one class, "dog"; of the files that were brought, 2 cannot be used: Its folder "門" cannot be a class/,
    },
  );
});

describe('a folder of recordings', () => {
  test('is read without following links', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'safe'));
    writeFileSync(join(folder, 'safe', 'a.wav'), 'sound');
    writeFileSync(join(folder, 'safe', '.hidden'), 'x');
    symlinkSync('/etc/passwd', join(folder, 'safe', 'b.wav'));
    symlinkSync('/etc', join(folder, 'danger'));
    const recordings = folderRecordings(folder);
    assert.deepEqual(
      recordings.files.map(({ file }) => file),
      ['safe/a.wav'],
    );
    assert.deepEqual(recordings.refusals.map(({ file, reason }) => `${file}: ${reason}`).sort(), [
      'danger: It is a link.',
      'safe/b.wav: It is a link.',
    ]);
    const [file] = recordings.files;
    assert.ok(file);
    assert.equal(recordings.read(file).toString(), 'sound');
  });

  test('that is none is named', (t) => {
    assert.throws(() => folderRecordings(join(temporaryFolder(t), 'nowhere')), { name: 'ES_TRAINING_DATA' });
  });
});
