import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nodeConfigs } from '../../../src/contracts/configs.ts';
import {
  alertingTypes,
  receiversAmong,
  receiverWords,
  type Receiver,
} from '../../../src/editor/rule-trial/receivers.ts';

const locale = join(import.meta.dirname, '../../../nodes/fuse-severity/locales/en-US.json');
const { trial: texts } = JSON.parse(readFileSync(locale, 'utf8')) as { trial: Record<string, unknown> };

function say(key: string, params: Record<string, string | number> = {}): string {
  const text = key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], texts);
  return String(text).replace(/__(\w+?)__/g, (_match, name: string) => String(params[name]));
}

const phones: Receiver = {
  ...{ name: 'phones', isOff: false, dryRun: false, minimumSeverity: 2, cooldownSeconds: 60, sendWhen: 'at-once' },
  ...{ waits: [900, 900, 180, 45], nextPersonSeconds: 0 },
};

describe('what becomes of an incident behind a fuse-severity', () => {
  const cases: readonly [string, number, Partial<Receiver>, RegExp][] = [
    ['sent at once', 2, {}, /^phones sends it \(from severity 2 on\), unless .* within the 60 s before/],
    ['below its minimum', 1, {}, /^phones sends from severity 2 on: of severity 1 it sends nothing/],
    ['in a try out', 3, { dryRun: true }, /^phones only tries out/],
    ['switched off', 3, { isOff: true }, /^phones is switched off/],
    [
      'after its wait',
      3,
      { sendWhen: 'not-acknowledged' },
      /^phones sends it after 45 s, if nobody acknowledged it \(from/,
    ],
    ['by the wait of its severity', 2, { sendWhen: 'not-delivered' }, /after 180 s, if no other channel delivered it/],
    ['one by one', 2, { nextPersonSeconds: 120 }, /sends it, to one person after the other, 120 s apart \(from/],
  ];
  for (const [name, severity, more, said] of cases) {
    test(name, () => {
      assert.match(receiverWords(severity, { ...phones, ...more }, say), said);
    });
  }

  test('is read from the nodes of the flow, whose older ones lack fields', () => {
    const nodes = [
      { type: 'debug', name: 'debug' },
      { type: 'whatsapp-out', name: '', minimumSeverity: '1', cooldownSeconds: 30 },
      { type: 'sentinel-sms-out', name: 'sms', d: true, sendWhen: 'not-accepted', waitAlarm: '45', waitNotice: 900 },
    ];
    assert.deepEqual(receiversAmong(nodes), [
      {
        ...{ ...phones, name: 'whatsapp-out', minimumSeverity: 1, cooldownSeconds: 30 },
        waits: [0, 0, 0, 0],
      },
      { ...phones, name: 'sms', isOff: true, sendWhen: 'not-accepted', waits: [900, 900, 0, 45] },
    ]);
  });

  test('every node that alerts is known, with its fields', () => {
    const alerting = Object.entries(nodeConfigs).filter(([, { properties }]) => 'cooldownSeconds' in properties);
    assert.deepEqual(alertingTypes.toSorted(), alerting.map(([type]) => type).sort());
    for (const [type, { properties }] of alerting) {
      for (const field of ['dryRun', 'minimumSeverity', 'sendWhen', 'waitAlarm', 'waitWarning', 'waitNotice']) {
        assert.ok(field in properties, `${type} has no ${field}`);
      }
    }
  });
});
