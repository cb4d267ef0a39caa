import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gsmText } from '../../../src/alerting/channels/sms/gsm-text.ts';

describe('the text of an SMS', () => {
  const cases: readonly [typed: string, sent: string][] = [
    ['Tür offen, 5 €', 'Tür offen, 5 €'],
    ['Café – „Zoë“ …', 'Café - "Zoe" ...'],
    ['Łódź, Ærø, Œuvre', 'Lodz, Ærø, OEuvre'],
    ['Москва 東京', '?????? ??'],
    ['a\n\n\nb', 'a\nb'],
  ];
  for (const [typed, sent] of cases) {
    test(`${JSON.stringify(typed)} leaves as ${JSON.stringify(sent)}`, () => {
      assert.equal(gsmText(typed), sent);
    });
  }

  test('fits one message of 160 places, in which some characters take two', () => {
    assert.equal(gsmText('x'.repeat(160)).length, 160);
    assert.equal(gsmText('x'.repeat(161)), `${'x'.repeat(157)}...`);
    assert.equal(gsmText('€'.repeat(80)).length, 80);
    assert.equal(gsmText('€'.repeat(81)), `${'€'.repeat(78)}...`);
  });
});
