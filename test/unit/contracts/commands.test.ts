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

  test('that ask for a picture or a clip say of when', () => {
    assert.deepEqual(readCameraCommand('snapshot'), { ask: 'snapshot', ago: 0 });
    assert.deepEqual(readCameraCommand({ command: 'snapshot', value: 2.5 }), { ask: 'snapshot', ago: 2.5 });
    assert.deepEqual(readCameraCommand('clip'), { ask: 'clip', before: 5, after: 10 });
    assert.deepEqual(readCameraCommand({ command: 'clip', value: { after: 0 } }), { ask: 'clip', before: 5, after: 0 });
    const longest = { before: 30, after: 25 };
    assert.deepEqual(readCameraCommand({ command: 'clip', value: longest }), { ask: 'clip', ...longest });
  });

  const refused: [payload: unknown, why: RegExp][] = [
    [
      'explode',
      /There is no command "explode" here; there are start, stop, pause, resume, rate, width, snapshot, clip\./,
    ],
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
    [{ command: 'snapshot', value: -1 }, /value of the command snapshot.*>= 0/],
    [{ command: 'snapshot', value: 56 }, /value of the command snapshot.*<= 55/],
    [{ command: 'snapshot', value: null }, /must be a number/],
    [{ command: 'clip', value: 10 }, /value of the command clip.*must be an object/],
    [{ command: 'clip', value: { before: '5' } }, /before must be a number/],
    [{ command: 'clip', value: { after: Infinity } }, /after must be a number/],
    [{ command: 'clip', value: { befor: 5 } }, /must not have additional properties/],
    [{ command: 'clip', value: { before: 0, after: 0 } }, /0 s before and 0 s after cannot be made/],
    [{ command: 'clip', value: { before: 30, after: 26 } }, /30 s before and 26 s after cannot be made/],
  ];
  for (const [payload, why] of refused) {
    test(`that cannot be followed are named: ${JSON.stringify({ payload }).slice(0, 60)}`, () => {
      assert.throws(() => readCameraCommand(payload), { name: 'ES_BAD_INPUT', message: why });
    });
  }

  test('of a camera are none of a microphone', () => {
    for (const payload of [{ command: 'rate', value: 2 }, 'snapshot', 'clip']) {
      assert.throws(() => readStateCommand(payload), { name: 'ES_BAD_INPUT', message: /are start, stop/ });
    }
  });
});
