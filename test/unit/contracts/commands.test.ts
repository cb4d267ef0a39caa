import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCameraCommand, readStateCommand } from '../../../src/contracts/commands.ts';

const message = { v: 1, kind: 'command', site: 'home', area: 'hall', source: 'button', capturedAt: 1 };

describe('commands', () => {
  test('are read from a name, from a simple object, and from a whole message', () => {
    for (const payload of ['stop', { command: 'stop' }, { ...message, command: 'stop' }]) {
      assert.equal(readCameraCommand(payload), 'stop');
      assert.equal(readStateCommand(payload), 'stop');
    }
    assert.deepEqual(readCameraCommand({ command: 'rate', value: 2.5 }), { rate: 2.5 });
    assert.deepEqual(readCameraCommand({ ...message, command: 'width', value: 320 }), { width: 320 });
  });

  const refused: [payload: unknown, why: RegExp][] = [
    ['explode', /There is no command "explode" here; there are start, stop, pause, resume, rate, width\./],
    ['toString', /There is no command "toString"/],
    ['x'.repeat(5000), /There is no command "x{40}" here/],
    [undefined, /holds no command/],
    [null, /holds no command/],
    [7, /holds no command/],
    [{ command: ['stop'] }, /holds no command/],
    [{ kind: 'command', command: 'stop' }, /not a command message/],
    [{ ...message, kind: 'frame', command: 'stop' }, /not a command message/],
    ['rate', /value of the command rate.*must be a number/],
    [{ command: 'rate', value: 100 }, /value of the command rate.*<= 15/],
    [{ command: 'rate', value: '5' }, /must be a number/],
    [{ command: 'width', value: 320.5 }, /must be an integer/],
    [{ command: 'width', value: NaN }, /must be an integer/],
  ];
  for (const [payload, why] of refused) {
    test(`that cannot be followed are named: ${JSON.stringify({ payload }).slice(0, 60)}`, () => {
      assert.throws(() => readCameraCommand(payload), { name: 'ES_BAD_INPUT', message: why });
    });
  }

  test('of a camera are none of a microphone', () => {
    assert.throws(() => readStateCommand({ command: 'rate', value: 2 }), {
      name: 'ES_BAD_INPUT',
      message: /are start, stop/,
    });
  });
});
