import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { peopleOf } from '../../../src/alerting/people.ts';
import { normaliseRecipients } from '../../../src/alerting/recipients.ts';
import { upgradeRecipients } from '../../../src/contracts/configs/recipient-list.ts';
import type { Recipient } from '../../../src/contracts/configs.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import { emailAccount, smsAccount } from '../../../src/site/alert-accounts.ts';
import { whatsAppAccount } from '../../../src/site/whatsapp-account.ts';

const people = (...entries: (string | Recipient)[]) => peopleOf(entries, (typed) => normaliseRecipients(typed));

describe('people of an account', () => {
  test('each once, with what was entered of them', () => {
    assert.deepEqual(
      people(
        { to: '+49 170 1234567', name: ' Anna ', language: 'de', quietFrom: '22:00', quietTo: '06:30' },
        { to: '0049 170 1234567', name: 'the same' },
        { to: '+1 555 0100001', language: 'node', quietFrom: '', quietTo: '' },
      ),
      [
        { address: '491701234567', name: 'Anna', language: 'de', quiet: { from: 1320, to: 390 } },
        { address: '15550100001' },
      ],
    );
  });

  test('have the quiet hours of the account unless they have hours of their own, or want none', () => {
    const list = [
      { to: '+15550100001' },
      { to: '+15550100002', quietFrom: '23:00', quietTo: '05:00' },
      { to: '+15550100003', quietFrom: '00:00', quietTo: '00:00' },
    ];
    const quietOf = (quietFrom: string, quietTo: string) =>
      peopleOf(list, (typed) => normaliseRecipients(typed), { quietFrom, quietTo }).map(({ quiet }) => quiet);
    const own = { from: 1380, to: 300 };
    assert.deepEqual(quietOf('22:00', '07:00'), [{ from: 1320, to: 420 }, own, undefined]);
    assert.deepEqual(quietOf('', ''), [undefined, own, undefined]);
    assert.throws(() => quietOf('22:00', ''), /account have only one end/);
  });

  test('quiet hours with one end, what is no number, and nobody at all are named', () => {
    assert.throws(() => people({ to: '+491701234567', quietFrom: '22:00' }), /only one end/);
    assert.throws(() => people('0170'), /no phone number/);
    assert.throws(() => people({ to: ' ' }), /no recipient/);
  });
});

describe('recipients of older flows', () => {
  test('a text with commas becomes a list, and loses nobody', () => {
    assert.deepEqual(upgradeRecipients(' +49 170 1234567, ,+15550100001 '), [
      { to: '+49 170 1234567' },
      { to: '+15550100001' },
    ]);
    assert.deepEqual(upgradeRecipients(''), []);
  });

  test('a list stays what it is; a variable that holds several addresses becomes several people', () => {
    const anna = { to: 'anna@example.org', name: 'Anna', quietFrom: '22:00', quietTo: '07:00' };
    assert.deepEqual(upgradeRecipients([anna]), [anna]);
    assert.deepEqual(upgradeRecipients([{ to: 'a@b.c, d@e.f', language: 'de' }]), [
      { to: 'a@b.c', language: 'de' },
      { to: 'd@e.f', language: 'de' },
    ]);
    assert.equal(upgradeRecipients(7), 7);
  });

  test('the settings of a node are read in both forms, variables included', () => {
    const config = (recipients: unknown) =>
      readConfig('sentinel-sms-account', { accountSid: `AC${'0'.repeat(32)}`, from: 'Home', recipients }, (name) =>
        name === 'PEOPLE' ? '+491701234567,+15550100001' : undefined,
      ).recipients.map(({ to }) => to);
    const both = ['+491701234567', '+15550100001'];
    assert.deepEqual(config('+491701234567, +15550100001'), both);
    assert.deepEqual(config('${PEOPLE}'), both);
    assert.deepEqual(config([{ to: '${PEOPLE}' }]), both);
    assert.throws(() => config([]), /recipients/);
    assert.throws(() => config([{ to: '+491701234567', quietFrom: '9 pm' }]), /recipients/);
  });

  test('the hours of the account reach whoever it tells, by each channel', () => {
    const night = { quietFrom: '22:00', quietTo: '07:00' };
    const credentials = { accessToken: 't', authToken: 't', username: '', password: '' };
    const quiet = { from: 1320, to: 420 };
    const read = <Type extends 'sentinel-whatsapp-account' | 'sentinel-sms-account' | 'sentinel-email-account'>(
      type: Type,
      settings: object,
    ) => ({ id: 'a', config: readConfig(type, { ...night, ...settings }, () => undefined), credentials });
    const people = [
      whatsAppAccount(read('sentinel-whatsapp-account', { phoneNumberId: '1', recipients: '+15550100001' })),
      smsAccount(
        read('sentinel-sms-account', { accountSid: `AC${'0'.repeat(32)}`, from: 'Home', recipients: '+15550100001' }),
      ),
      emailAccount(read('sentinel-email-account', { host: 'mail', from: 'a@b.c', recipients: 'd@e.f' })),
    ].flatMap((account) => account.people);
    assert.deepEqual(
      people.map((person) => person.quiet),
      [quiet, quiet, quiet],
    );
  });
});
