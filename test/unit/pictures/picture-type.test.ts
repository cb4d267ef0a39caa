import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pictureType } from '../../../src/pictures/picture-type.ts';

describe('the type of a picture', () => {
  const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const known: [bytes: number[], type: string | undefined][] = [
    [[0xff, 0xd8, 0xff, 0xe0, 1], 'image/jpeg'],
    [[...png, 1], 'image/png'],
    [png.slice(0, 4), undefined],
    [[0x47, 0x49, 0x46, 0x38], undefined],
    [[], undefined],
  ];
  for (const [bytes, type] of known) {
    test(`of [${bytes.join(', ')}] is ${type ?? 'not known'}`, () => {
      assert.equal(pictureType(Uint8Array.from(bytes)), type);
    });
  }
});
