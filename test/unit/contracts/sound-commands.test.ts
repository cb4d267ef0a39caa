import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isCommand, readSoundCommand } from '../../../src/contracts/commands.ts';

describe('commands to audio-classify', () => {
  test('what is sound is no command', () => {
    for (const sound of [Buffer.from('RIFF'), { v: 1, kind: 'audio-window' }, 'stop', null, undefined, 7]) {
      assert.equal(isCommand(sound), false);
    }
    assert.equal(isCommand({ command: 'thresholds' }), true);
  });

  test('thresholds, and what the calibration of the dialog does', () => {
    for (const command of [
      { command: 'thresholds', value: { glass_break: 0.7, scream: 1 } },
      { command: 'calibrate', value: { minutes: 30, source: 'hall' } },
      { command: 'clip', value: { label: 'scream' } },
    ]) {
      assert.deepEqual(readSoundCommand(command), command);
    }
    assert.deepEqual(readSoundCommand({ command: 'calibrate-stop' }), { command: 'calibrate-stop', value: {} });
  });

  for (const wrong of [
    { command: 'stop' },
    { command: 'thresholds' },
    { command: 'thresholds', value: {} },
    { command: 'thresholds', value: { scream: 1.1 } },
    { command: 'thresholds', value: { scream: '0.5' } },
    { command: 'calibrate', value: { minutes: '30' } },
    { command: 'clip', value: { label: 'scream', at: 1 } },
    { command: 'constructor' },
  ]) {
    test(`${JSON.stringify(wrong)} is refused`, () => {
      assert.throws(() => readSoundCommand(wrong), { name: 'ES_BAD_INPUT' });
    });
  }
});
