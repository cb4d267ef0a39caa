import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CanarySearch } from './canary-search.ts';

const canary = 'C4n4ryB1rdS1ngs';
const search = new CanarySearch(canary);
const base64 = (before: string): string => Buffer.from(`${before}${canary}'@ /`).toString('base64');
const everyCharacter = (write: (code: string) => string): string =>
  canary.replaceAll(/./g, (character) => write(character.charCodeAt(0).toString(16)));

describe('the search for a password', () => {
  const written: Record<string, readonly (string | Buffer)[]> = {
    'as it is': [`rtsp://watcher:${canary}@camera/`],
    'in capital letters': [canary.toUpperCase()],
    'cut off': [`user watcher, password ${canary.slice(0, 9)}`],
    'without its beginning': [`${canary.slice(6)}@camera`],
    'percent-encoded where it must be': [encodeURIComponent(`${canary}'@ /%7f`)],
    'percent-encoded throughout': [everyCharacter((code) => `%${code}`)],
    'percent-encoded twice': [encodeURIComponent(everyCharacter((code) => `%${code}`))],
    'in JSON': [JSON.stringify({ password: `"\\${canary}"` })],
    'in JSON within JSON': [JSON.stringify(JSON.stringify({ password: `"${canary}` }))],
    'as escapes of JSON': [everyCharacter((code) => `\\u00${code}`)],
    'as escapes of HTML': [everyCharacter((code) => `&#x${code};`)],
    'in hex': [`<Buffer ${Buffer.from(canary).toString('hex')}>`],
    'in hex, capital letters': [Buffer.from(canary).toString('hex').toUpperCase()],
    'in UTF-16': [Buffer.from(canary, 'utf16le')],
    'in the Authorization of Basic': [`Authorization: Basic ${base64('watcher:')}`],
    'in base64, no byte before it': [base64('')],
    'in base64, one byte before it': [base64('a')],
    'in base64, two bytes before it': [base64('ab')],
    'in base64 of which the beginning is gone': [base64('ab').slice(5)],
    'in base64 for addresses': [Buffer.from(`\xff\xfe${canary}`, 'latin1').toString('base64url')],
    'split over chunks': [`pass=${canary.slice(0, 3)}`, Buffer.from(canary.slice(3, 7)), canary.slice(7)],
    'split over lines of a log': [`[warn] ${canary.slice(0, 7)}\n[warn] ${canary.slice(7)}\n`],
  };
  for (const [how, chunks] of Object.entries(written)) {
    test(`finds it ${how}`, () => {
      assert.notEqual(search.find(...chunks), undefined, String(chunks));
    });
  }

  test('finds nothing in what holds none', () => {
    assert.equal(search.find('a canary bird sings, %c4n %zz \\u00 &#; ', Buffer.alloc(1000, 'C4n4')), undefined);
  });
});
