import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AccountWatch } from '../../../src/alerting/account-watch.ts';
import type { Answer, Refusal } from '../../../src/alerting/answer.ts';
import { ruleFor } from '../../../src/alerting/channels/whatsapp/error-table.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { ManualClock } from '../manual-clock.ts';

const hour = 60 * 60_000;
const away: Answer = { result: 'unreached', detail: 'ENOTFOUND' };
const well: Answer = { result: 'ok', id: '1' };

function refused(code: number): Answer {
  const refusal: Refusal = { status: 401, code, message: 'no', transient: false, retryAfterMs: undefined };
  return { result: 'refused', refusal };
}

/** A watch over a provider that answers as it is told to. */
function watched() {
  const clock = new ManualClock();
  const told: string[] = [];
  const said = { answer: well, asked: 0 };
  const check = (): Promise<Answer> => {
    said.asked += 1;
    return Promise.resolve(said.answer);
  };
  const options = { kind: { name: 'WhatsApp' }, channel: { check, ruleFor }, clock, random: () => 0 };
  const watch = new AccountWatch(options, (fault) => told.push(fault?.name ?? 'well'));
  watch.start();
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { watch, said, told, pass };
}

describe('an account that nobody uses', () => {
  test('is asked for soon, and then every hour', async () => {
    const { said, told, pass } = watched();
    await pass(5_000);
    assert.equal(said.asked, 1);
    await pass(hour - 1);
    assert.equal(said.asked, 1);
    await pass(1);
    assert.equal(said.asked, 2);
    assert.deepEqual(told, []);
  });

  test('with an expired token is told of once, and once more when it works again', async () => {
    const { said, told, pass } = watched();
    await pass(5_000);
    said.answer = refused(190);
    await pass(hour);
    await pass(5 * 60_000);
    await pass(5 * 60_000);
    assert.deepEqual(told, ['ES_CHANNEL_SETUP']);
    said.answer = well;
    await pass(5 * 60_000);
    assert.deepEqual(told, ['ES_CHANNEL_SETUP', 'well']);
  });

  test('whose provider is away for a moment is no news, for a quarter of an hour it is', async () => {
    const { said, told, pass } = watched();
    said.answer = away;
    await pass(5_000);
    await pass(5 * 60_000);
    assert.deepEqual(told, []);
    await pass(5 * 60_000);
    assert.deepEqual(told, ['ES_CHANNEL_UNAVAILABLE']);
  });

  test('of which an alert has told already is not told of again, but its end is', async () => {
    const { watch, said, told, pass } = watched();
    said.answer = refused(190);
    watch.known(new SentinelError('ES_CHANNEL_SETUP', 'The token has expired.'));
    await pass(5_000);
    assert.deepEqual(told, []);
    said.answer = well;
    await pass(5 * 60_000);
    assert.deepEqual(told, ['well']);
  });

  test('is left alone when the flow stops', async () => {
    const { watch, said, pass } = watched();
    await watch.stop();
    await pass(2 * hour);
    assert.equal(said.asked, 0);
  });
});
