import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { whatsApp } from '../../../src/alerting/channels/whatsapp/channel.ts';
import { DryRun } from '../../../src/alerting/dry-run.ts';
import { plainPeople } from '../../../src/alerting/people.ts';
import { assertKind } from '../../../src/contracts/guards.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { incident } from './incident.ts';

const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64)]);
const policy = {
  ...{ minimumSeverity: 2, cooldownSeconds: 60, sendSnapshot: true },
  ...{ template: '{severityWord}: {label}', siteName: 'Kiosk' },
};

function bench(recipients: readonly string[] = ['491701234567', '447700900123']) {
  const people = plainPeople(recipients);
  const clock = new ManualClock();
  const log = new RecordingLog();
  let ids = 0;
  const dryRun = new DryRun({ channel: whatsApp, clock, log, people, newId: () => `alert-${ids++}` });
  const said = (...alert: Parameters<DryRun['alert']>) => {
    const decision = dryRun.alert(...alert);
    return decision.send ? decision.wouldBe.length : decision.why;
  };
  return { clock, log, dryRun, said };
}

describe('a dry run', () => {
  test('says what each person would get, with the picture', () => {
    const decision = bench().dryRun.alert(incident(), jpeg, policy);
    assert.ok(decision.send);
    const [first, second] = decision.wouldBe;
    assert.ok(first && second);
    assertKind(first.delivery, 'delivery');
    const { status, text, recipient, attempts } = first.delivery;
    const shown = { status, text, recipient, attempts };
    assert.deepEqual(shown, {
      status: 'dry-run',
      text: 'Alarm: Person and breaking glass',
      recipient: '***567',
      attempts: 0,
    });
    assert.equal(second.delivery.recipient, '***123');
    assert.equal(first.image, jpeg);
  });

  test('without an account it says what would be sent all the same', () => {
    const decision = bench([]).dryRun.alert(incident(), undefined, policy);
    assert.ok(decision.send);
    assert.deepEqual(
      decision.wouldBe.map(({ delivery, image }) => [delivery.recipient, image]),
      [['', undefined]],
    );
  });

  test('severity, cooldown and what was told already hold as for real', () => {
    const { clock, said } = bench();
    assert.match(String(said(incident({ severity: 1 }), undefined, policy)), /below the minimum/);
    assert.equal(said(incident({ severity: 2 }), undefined, policy), 2);
    assert.match(String(said(incident({ severity: 2, phase: 'update' }), undefined, policy)), /already alerted/);
    const nextDoor = incident({ severity: 2, phase: 'update', area: 'porch' });
    assert.equal(said(nextDoor, undefined, policy), 2, 'the same reason in another area');
    assert.equal(said(incident({ phase: 'update' }), undefined, policy), 2, 'a higher severity');
    assert.match(String(said(incident({ id: 'next' }), undefined, policy)), /less than 60 s ago/);
    clock.advance(61_000);
    assert.equal(said(incident({ id: 'next' }), undefined, policy), 2);
    assert.match(String(said(incident({ id: 'next', phase: 'end' }), undefined, policy)), /makes no alert/);
  });

  test('shows the sound and the clip that would follow, to those who were told, as the node is set', () => {
    const { dryRun } = bench();
    const kept = { samples: new Float32Array(24_000), clip: Buffer.alloc(3000) };
    const evidence = incident({ phase: 'evidence' });
    const both = { sendVoice: true, sendVideo: true };
    assert.deepEqual(dryRun.follow(evidence, kept, both), [], 'nobody was told');
    dryRun.alert(incident(), undefined, policy);
    assert.deepEqual(
      dryRun.follow(evidence, kept, both).map(({ delivery, ...media }) => {
        assertKind(delivery, 'delivery');
        return [delivery.recipient, delivery.part, delivery.status, delivery.text, ...Object.keys(media)];
      }),
      ['***567', '***123'].flatMap((person) => [
        [person, 'voice', 'dry-run', '1.5 s', 'samples'],
        [person, 'video', 'dry-run', '3 KB', 'clip'],
      ]),
    );
    assert.equal(dryRun.follow(evidence, kept, { sendVoice: false, sendVideo: true }).length, 2);
    assert.deepEqual(dryRun.follow(evidence, {}, both), []);
  });

  test('a picture that WhatsApp would refuse is left out, as for real', () => {
    const { dryRun, log } = bench();
    const decision = dryRun.alert(incident(), Buffer.from('no picture'), policy);
    assert.ok(decision.send);
    assert.equal(decision.wouldBe[0]?.image, undefined);
    assert.equal(log.lines.length, 1);
  });
});
