import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerWords } from '../../../../src/alerting/inbound/answer-words.ts';
import { buttonTitles } from '../../../../src/alerting/inbound/button-titles.ts';
import { spokenCommand, spokenMode } from '../../../../src/alerting/inbound/spoken-command.ts';

describe('commands in words', () => {
  const understood: [text: string, command: string, rest: string, language: string][] = [
    ['ack 12', 'acknowledge', '12', 'en'],
    ['  ACK ', 'acknowledge', '', 'en'],
    ['/status', 'status', '', 'en'],
    ['Snooze 30.', 'snooze', '30', 'en'],
    ['snapshot front', 'snapshot', 'front', 'en'],
    ['arm night', 'arm', 'night', 'en'],
    ['Bestätigen', 'acknowledge', '', 'de'],
    ['UNSCHARF!', 'disarm', '', 'de'],
    ['scharf Nacht', 'arm', 'Nacht', 'de'],
    ['Bild Haustür', 'snapshot', 'Haustür', 'de'],
    ['?', 'help', '', 'en'],
  ];
  for (const [text, command, rest, language] of understood) {
    test(text, () => {
      assert.deepEqual(spokenCommand(text), { command, rest, language });
    });
  }

  test('other texts are none', () => {
    for (const text of ['', '   ', 'who is there?', 'acknowledged', 'armed', 'constructor', 'x'.repeat(5000)]) {
      assert.equal(spokenCommand(text), undefined, text.slice(0, 20));
    }
  });

  test('modes have German names too', () => {
    assert.deepEqual(['', 'Nacht', 'zuhause', 'holiday'].map(spokenMode), ['away', 'night', 'home', 'holiday']);
  });

  test('titles of buttons fit, and answers have both languages', () => {
    for (const titles of Object.values(buttonTitles)) {
      for (const title of Object.values(titles)) assert.ok(title.length <= 20);
    }
    assert.equal(answerWords('de', 'armed', { mode: 'night' }), 'Scharf: night.');
    assert.equal(answerWords('en', 'acknowledged', { what: '{by} $& person' }), 'Acknowledged: {by} $& person.');
  });
});
