import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertChannel } from '../../../src/alerting/alert-channel.ts';
import type { Answer } from '../../../src/alerting/answer.ts';
import { ClockSteps } from '../../../src/alerting/clock-steps.ts';
import { MemoryOutbox } from '../../../src/alerting/memory-outbox.ts';
import type { Outgoing } from '../../../src/alerting/outbox-row.ts';
import { Sender } from '../../../src/alerting/sender.ts';
import type { OutboxRow } from '../../../src/database/tables.ts';
import { outboxRow } from '../database/rows.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

const refusal = { status: 401, code: undefined, message: 'no', transient: false, retryAfterMs: undefined };

/** A sender with a channel that answers when the test says so. */
async function bench() {
  const clock = new ManualClock();
  const outbox = new MemoryOutbox();
  const underWay = new Map<string, (answer: Answer) => void>();
  const attempts: string[] = [];
  const channel: AlertChannel = {
    send: (row) => {
      attempts.push(row.id);
      return new Promise((resolve) => {
        underWay.set(row.id, resolve);
      });
    },
    ruleFor: () => ({ action: 'setup', name: 'ES_CHANNEL_SETUP', says: 'Our account is not right.' }),
  };
  const told: string[] = [];
  const sender = new Sender(
    {
      ...{ outbox, channel, clock, kind: { name: 'Carrier pigeon' }, abort: new AbortController() },
      ...{ random: () => 0, log: new RecordingLog(), clockSteps: new ClockSteps(clock, outbox) },
      metrics: { count: () => undefined, observe: () => undefined },
    },
    (row: Outgoing, status) => told.push(`${row.id} ${status}`),
  );
  await sender.start();
  const add = async (...rows: OutboxRow[]): Promise<void> => {
    await outbox.add(rows, clock.now());
    sender.wake();
    await settled();
  };
  const answer = async (id: string, said: Answer): Promise<void> => {
    underWay.get(id)?.(said);
    await settled();
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  return { add, answer, pass, attempts, told };
}

/** Everything here is done in microtasks: after a turn of the event loop all of them are over. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function row(id: string, severity: number, part = 'text'): OutboxRow {
  const turn = { start_at: null, unless: null, incident_json: null, form: null, language: null, hold: null };
  const nothing = { ...turn, depends_on: null, media: null, media_id: null, provider_id: null, error_json: null };
  const times = { late_at: null, accepted_at: null, receipt: null };
  return {
    ...outboxRow({ id, alert_id: id, severity, part, deadline: 1_700_000_000_000 + 86_400_000 }),
    ...nothing,
    ...times,
  };
}

describe('lanes', () => {
  for (const part of ['text', 'image']) {
    test(`a storm of lesser alerts that hang never holds up severity 3 (${part})`, async () => {
      const { add, attempts } = await bench();
      await add(...Array.from({ length: 40 }, (_, index) => row(`lesser-${index}`, 2, part)));
      const before = attempts.length;
      assert.ok(before > 0 && before < 10, 'they have a bound');
      await add(row('alarm', 3, part));
      assert.deepEqual(attempts.slice(before), ['alarm']);
    });
  }

  test('a hanging upload holds up no text', async () => {
    const { add, attempts } = await bench();
    await add(...Array.from({ length: 10 }, (_, index) => row(`picture-${index}`, 3, 'image')));
    const before = attempts.length;
    await add(row('notice', 0));
    assert.deepEqual(attempts.slice(before), ['notice']);
  });

  test('alarms may use all of them, and go before lesser alerts', async () => {
    const { add, answer, attempts } = await bench();
    await add(...Array.from({ length: 8 }, (_, index) => row(`alarm-${index}`, 3)), row('notice', 1));
    assert.equal(attempts.length, 6);
    await answer('alarm-0', { result: 'ok', id: 'p0' });
    await answer('alarm-1', { result: 'ok', id: 'p1' });
    assert.ok(!attempts.includes('notice'));
    assert.equal(attempts.length, 8);
  });
});

describe('the breaker of an account', () => {
  test('after five refusals of our settings it lets one probe a minute through, until one is taken', async () => {
    const { add, answer, pass, attempts, told } = await bench();
    const no: Answer = { result: 'refused', refusal };
    for (let index = 0; index < 5; index += 1) {
      await add(row(`${index}`, 2));
      await answer(`${index}`, no);
    }
    assert.equal(attempts.length, 5);
    await add(row('alarm', 3));
    assert.equal(attempts.length, 5, 'nothing goes out while it is open');
    await pass(60_000);
    assert.deepEqual(attempts.slice(5), ['alarm'], 'one probe, the most severe');
    await answer('alarm', { result: 'ok', id: 'p' });
    assert.deepEqual(attempts.slice(6), ['0', '1', '2', '3'], 'the rest follows at once, as far as there are lanes');
    assert.deepEqual(told, ['0 queued', 'alarm accepted'], 'the refusal is told once');
  });
});
