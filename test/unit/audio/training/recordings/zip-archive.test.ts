import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ZipArchive, type ZipLimits } from '../../../../../src/audio/training/recordings/zip-archive.ts';
import { trainingLimits } from '../../../../../src/contracts/training.ts';
import { zipOf, type ZipPart } from '../../../../zip-writer.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const limits: ZipLimits = { ...trainingLimits, fileBytes: trainingLimits.clipBytes };
const sound = Buffer.from('a recording, more or less');

function open(t: TestContext, bytes: Buffer, changed: Partial<ZipLimits> = {}): ZipArchive {
  const file = join(temporaryFolder(t), 'clips.zip');
  writeFileSync(file, bytes);
  const archive = new ZipArchive(file, { ...limits, ...changed });
  t.after(() => {
    archive.close();
  });
  return archive;
}

function refuses(t: TestContext, bytes: Buffer, why: RegExp, changed: Partial<ZipLimits> = {}): void {
  assert.throws(() => open(t, bytes, changed), { name: 'ES_ARCHIVE_INVALID', message: why });
}

const one = (claims: ZipPart['claims'] = {}, name = 'danger/a.wav'): Buffer => zipOf([{ name, bytes: sound, claims }]);

describe('a zip of recordings', () => {
  test('is read file by file, packed or not', (t) => {
    const archive = open(
      t,
      zipOf([
        { name: 'a/1.wav', bytes: sound },
        { name: 'b/2.wav', bytes: sound, deflate: false },
      ]),
    );
    assert.deepEqual(
      archive.entries.map((entry) => [entry.name, archive.read(entry).toString()]),
      [
        ['a/1.wav', sound.toString()],
        ['b/2.wav', sound.toString()],
      ],
    );
  });

  test('loses what systems add without a word', (t) => {
    const names = ['__MACOSX/a/._1.wav', 'a/.DS_Store', 'a/', 'a/1.wav'];
    const archive = open(t, zipOf(names.map((name) => ({ name, bytes: sound }))));
    assert.deepEqual(
      archive.entries.map(({ name }) => name),
      ['a/1.wav'],
    );
    assert.deepEqual(archive.refusals, []);
  });

  test('is refused with a name that no system would take: folders in the thousands', (t) => {
    refuses(t, one({}, `${'a/'.repeat(30_000)}x.wav`), /has 60005 bytes/);
  });

  const useless: Record<string, [ZipPart, RegExp]> = {
    'a link': [{ name: 'a/1.wav', bytes: Buffer.from('/etc/passwd'), claims: { mode: 0o120777 } }, /link/],
    'a zip in it': [{ name: 'a/more.zip', bytes: sound }, /archive/],
    'an empty file': [{ name: 'a/1.wav', bytes: Buffer.alloc(0), deflate: false }, /empty/],
    'a bomb by ratio': [{ name: 'a/1.wav', bytes: Buffer.alloc(5_000_000) }, /100 times/],
    'a file that is too large': [{ name: 'a/1.wav', bytes: sound, claims: { bytes: 26_000_000 } }, /MB/],
  };
  for (const [what, [part, reason]] of Object.entries(useless)) {
    test(`refuses ${what} alone`, (t) => {
      const archive = open(t, zipOf([part, { name: 'b/2.wav', bytes: sound }]));
      assert.deepEqual(
        archive.entries.map(({ name }) => name),
        ['b/2.wav'],
      );
      assert.equal(archive.refusals[0]?.file, part.name);
      assert.match(archive.refusals[0].reason, reason);
    });
  }

  test('has every name once', (t) => {
    const archive = open(t, zipOf([1, 2].map(() => ({ name: 'a/1.wav', bytes: sound }))));
    assert.equal(archive.entries.length, 1);
    assert.match(archive.refusals[0]?.reason ?? '', /twice/);
  });
});

describe('a hostile zip is refused as a whole:', () => {
  for (const name of ['../a.wav', 'a/../../b.wav', '/etc/a.wav', 'C:\\a.wav', '..\\a.wav', 'a\0b.wav']) {
    test(`the name ${JSON.stringify(name)}`, (t) => {
      refuses(t, one({}, name), /leads out/);
    });
  }

  test('encryption', (t) => {
    refuses(t, one({ flags: 0x0801 }), /encrypted/);
  });

  test('sizes of more than 4 GB', (t) => {
    refuses(t, one({ bytes: 0xffffffff }), /zip64/);
    refuses(t, zipOf([{ name: 'a/1.wav', bytes: sound }], { count: 0xffff }), /zip64/);
  });

  test('a hundred thousand files, claimed or real', (t) => {
    const parts = Array.from({ length: 100_000 }, (_, index) => ({
      name: `a/${index}`,
      bytes: Buffer.alloc(0),
      deflate: false,
    }));
    refuses(t, zipOf(parts, { count: 100_000 & 0xffff }), /files; 5000 are allowed|list of files/);
    refuses(t, zipOf(parts.slice(0, 5001)), /5001 files; 5000 are allowed/);
  });

  test('files that unpack to more than is allowed together', (t) => {
    const parts = [1, 2, 3].map((index) => ({ name: `a/${index}.wav`, bytes: sound, claims: { bytes: 20_000_000 } }));
    refuses(t, zipOf(parts), /more than 50 MB/, { unpackedBytes: 50e6 });
  });

  test('files that share bytes', (t) => {
    const shared = { name: 'a/1.wav', bytes: sound };
    refuses(t, zipOf([shared, { ...shared, name: 'a/2.wav', claims: { at: 0 } }]), /share bytes/);
  });

  test('a list that lies about how many there are, or is cut off', (t) => {
    refuses(t, zipOf([{ name: 'a/1.wav', bytes: sound }], { count: 7 }), /list of files is damaged/);
    refuses(t, one().subarray(0, 60), /no zip, or was cut off/);
    refuses(t, Buffer.from('just some text, and not a short one either'), /no zip/);
    refuses(t, Buffer.alloc(0), /no zip/);
  });

  test('more bytes than the zip says, found when it is unpacked', (t) => {
    for (const claims of [{ bytes: 3 }, { bytes: 900 }, { crc: 1 }]) {
      const archive = open(t, one(claims));
      const [entry] = archive.entries;
      assert.ok(entry);
      assert.throws(() => archive.read(entry), { name: 'ES_ARCHIVE_INVALID', message: /damaged, or larger/ });
    }
  });
});
