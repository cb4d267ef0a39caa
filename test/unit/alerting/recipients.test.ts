import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { masked, maskedIn, normaliseRecipients } from '../../../src/alerting/recipients.ts';

describe('recipients', () => {
  test('are brought to digits in international form, each once', () => {
    const written = ['+49 170 1234567', ' 0049-170-1234567', '(+44) 7700.900123', '', '15550100123'];
    assert.deepEqual(normaliseRecipients(written), ['491701234567', '447700900123', '15550100123']);
  });

  test('that are none are refused by name, masked', () => {
    for (const wrong of ['0170 1234567', 'anna', '+49', '4917012345678901', '+49 170 12x4567']) {
      assert.throws(
        () => normaliseRecipients([wrong]),
        ({ name, message }: Error) => name === 'ES_BAD_CONFIG' && !message.includes(wrong),
      );
    }
    assert.throws(() => normaliseRecipients([' ']), { name: 'ES_BAD_CONFIG' });
  });

  test('are shown by their last three digits', () => {
    assert.equal(masked('491701234567'), '***567');
    assert.equal(maskedIn('to 491701234567: no', '491701234567'), 'to ***567: no');
  });
});
