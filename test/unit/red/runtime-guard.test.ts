import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runtimeSupported } from '../../../src/red/runtime-guard.ts';
import { StatusLine } from '../../../src/red/status-line.ts';

describe('the runtime guard', () => {
  const versions: [string, boolean][] = [
    ['18.20.4', false],
    ['20.20.2', false],
    ['22.8.0', false],
    ['22.9.0', true],
    ['24.21.0', true],
    ['26.0.0-nightly', true],
  ];
  for (const [version, supported] of versions) {
    test(`${supported ? 'takes' : 'refuses'} Node.js ${version}`, () => {
      assert.equal(runtimeSupported(version), supported);
    });
  }
});

describe('the status line', () => {
  test('shows the first status at once, then only the latest of each half second, and none twice', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const shown: string[] = [];
    const line = new StatusLine((look) => shown.push(look.text ?? ''));
    line.begin();
    for (const text of ['a', 'b', 'c']) line.set({ text });
    assert.deepEqual(shown, ['a']);
    t.mock.timers.tick(500);
    assert.deepEqual(shown, ['a', 'c']);
    t.mock.timers.tick(500);
    line.set({ text: 'c' });
    assert.deepEqual(shown, ['a', 'c']);
    line.set({ text: 'd' });
    line.close();
    line.set({ text: 'late' });
    t.mock.timers.tick(2000);
    assert.deepEqual(shown, ['a', 'c']);
  });

  test('waits until the flow runs, and then shows the latest', () => {
    const shown: string[] = [];
    const line = new StatusLine((look) => shown.push(look.text ?? ''));
    line.set({ text: 'a' });
    line.set({ text: 'b' });
    assert.deepEqual(shown, []);
    line.begin();
    assert.deepEqual(shown, ['b']);
    line.close();
  });
});
