import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseManifest, readManifest } from '../../eval/sound-manifest.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const read = (text: string) => parseManifest(text, '/clips/manifest.csv');
const head = 'file,class,fine,source,licence\n';

describe('manifests of sounds', () => {
  test('paths are relative to the manifest', () => {
    const clips = read(`${head}a/pane.flac,glass_break,pane,yard,CC0\n/other/dog.wav,other,,,\n`);
    assert.deepEqual(clips, [
      ...[{ file: 'a/pane.flac', path: '/clips/a/pane.flac', class: 'glass_break', fine: 'pane', source: 'yard' }],
      ...[{ file: '/other/dog.wav', path: '/other/dog.wav', class: 'other', fine: 'other', source: '' }],
    ]);
  });

  test('quoted fields, with commas, quotes and line ends in them', () => {
    const [clip, next] = read(`${head}"a, ""b"".flac",other,"two\r\nlines",s,"CC0, or so"\r\nc.flac,other,,s,CC0`);
    assert.equal(clip?.file, 'a, "b".flac');
    assert.equal(clip.fine, 'two\r\nlines');
    assert.equal(next?.file, 'c.flac');
  });

  test('columns in any order, more columns, a byte order mark, blank lines, no line end at the end', () => {
    const [clip, ...rest] = read('\uFEFFClass, file,note\r\n\r\ngunshot, a.wav ,hm\r\n\r\n');
    assert.deepEqual(rest, []);
    assert.equal(clip?.path, '/clips/a.wav');
    assert.equal(clip.fine, 'gunshot');
  });

  for (const [what, text, why] of [
    ['nothing', '', /manifest\.csv is empty/],
    ['no clip', head, /names no clip/],
    ['no column of classes', 'file,fine\na.wav,b\n', /line 1: there is no column class/],
    ['too few fields', `${head}a.wav,other\n`, /line 2: 2 fields, but 5 columns/],
    ['no class', `${head}"x\ny.wav",other,,,\na.wav,,,,\n`, /line 4: the class is empty/],
    ['an open quote', `${head}"a.wav,other,,,\n`, /line 2: the quotes do not fit/],
    ['text behind quotes', `${head}"a".wav,other,,,\n`, /line 2: the quotes do not fit/],
  ] as const) {
    test(`${what}: says where and what`, () => {
      assert.throws(() => read(text), { name: 'ES_BAD_INPUT', message: why });
    });
  }

  test('a manifest that is not there is named', async (t) => {
    await assert.rejects(readManifest(`${temporaryFolder(t)}/none.csv`), {
      name: 'ES_BAD_INPUT',
      message: /none\.csv \(ENOENT\)/,
    });
  });
});
