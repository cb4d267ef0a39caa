import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soundFormatOf } from '../../../src/pcm/sound-format.ts';

const beginnings: readonly (readonly [string, Buffer])[] = [
  ['wav', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
  ['flac', Buffer.from('fLaC\0\0\0\x22', 'latin1')],
  ['ogg', Buffer.from('OggS\0\x02', 'latin1')],
  ['m4a', Buffer.from('\0\0\0\x20ftypM4A ', 'latin1')],
  ['mp3', Buffer.from('ID3\x04\0', 'latin1')],
  ['mp3', Buffer.of(0xff, 0xfb, 0x90, 0x64)],
];
const others: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('RIFF is a text')],
  ['a playlist', Buffer.from('#EXTM3U\nfile:///etc/passwd\n')],
  ['an ffconcat script', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n")],
  ['a picture', Buffer.of(0xff, 0xd8, 0xff, 0xe0)],
  ['a zip', Buffer.from('PK\x03\x04', 'latin1')],
  ['AAC in ADTS', Buffer.of(0xff, 0xf1, 0x50, 0x80)],
  ['a frame of a rate that does not exist', Buffer.of(0xff, 0xfb, 0x9c, 0x64)],
  ['an AVI', Buffer.from('RIFF\x24\0\0\0AVI LIST', 'latin1')],
];

for (const [format, bytes] of beginnings) {
  test(`${format} is known by ${bytes.toString('hex')}`, () => {
    assert.equal(soundFormatOf(bytes), format);
  });
}

for (const [what, bytes] of others) {
  test(`${what} is no sound file`, () => {
    assert.equal(soundFormatOf(bytes), undefined);
  });
}
