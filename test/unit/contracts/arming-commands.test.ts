import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { armed, neverArmed } from '../../../src/contracts/arming.ts';
import { readArmingCommand, readArmingRequest } from '../../../src/contracts/arming-commands.ts';

const message = { v: 1, kind: 'command', site: 'home', area: '', source: 'button', capturedAt: 1 };

describe('commands to arm and disarm', () => {
  test('are read from a name, from a simple object, and from a whole message', () => {
    for (const payload of ['disarm', { command: 'disarm' }, { ...message, command: 'disarm' }]) {
      assert.deepEqual(readArmingCommand(payload), { mode: 'disarmed' });
    }
    assert.deepEqual(readArmingCommand('arm'), { mode: 'away' });
    assert.deepEqual(readArmingCommand({ command: 'arm', value: ' Night ' }), { mode: 'night' });
    const leaving = { mode: 'away', exitDelaySeconds: 30 };
    assert.deepEqual(readArmingCommand({ ...message, command: 'arm', value: leaving }), leaving);
    assert.deepEqual(readArmingRequest('disarmed'), { mode: 'disarmed' });
  });

  const refused: [payload: unknown, why: RegExp][] = [
    ['open', /There is no command "open" here; there are arm, disarm\./],
    [{ command: 'arm', value: 7 }, /request for a mode.*must be an object/],
    [{ command: 'arm', value: 'front door' }, /request for a mode.*mode/],
    [{ command: 'arm', value: 'always' }, /request for a mode.*mode/],
    [{ command: 'arm', value: 'disarmed' }, /To arm as "disarmed" is no order/],
    [{ command: 'arm', value: { mode: 'away', exitDelaySeconds: 601 } }, /exitDelaySeconds must be <= 600/],
    [{ command: 'arm', value: { mode: 'away', exit: 3 } }, /must not have additional properties/],
    [{ kind: 'command', command: 'arm' }, /not a command message/],
    [undefined, /holds no command/],
  ];
  for (const [payload, why] of refused) {
    test(`that cannot be followed are named: ${JSON.stringify({ payload })}`, () => {
      assert.throws(() => readArmingCommand(payload), { name: 'ES_BAD_INPUT', message: why });
    });
  }
});

describe('time to leave', () => {
  const home = { ...neverArmed, mode: 'home', counting: 'home' };

  test('keeps the mode of before until it is over', () => {
    const leaving = armed(home, { mode: 'away', exitDelaySeconds: 30 }, 5000);
    assert.deepEqual(leaving, { mode: 'away', counting: 'home', at: 5000, from: 35_000 });
  });

  test('is not given to who disarms, nor where the mode counts already', () => {
    assert.equal(armed(home, { mode: 'disarmed', exitDelaySeconds: 30 }, 5000).counting, 'disarmed');
    assert.equal(armed(home, { mode: 'home', exitDelaySeconds: 30 }, 5000).from, 5000);
  });
});
