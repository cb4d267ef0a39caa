import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runtimeSupported } from '../../../src/red/runtime-guard.ts';
import { StatusLine } from '../../../src/red/status-line.ts';

describe('the runtime guard', () => {
  const versions: [nodeApi: string, runtime: string, supported: boolean][] = [
    ['9', 'Node.js 20.20, 22.13 and 23.5', false],
    ['10', 'Node.js 22.14 and 23.6', true],
    ['137', 'a later one', true],
  ];
  for (const [nodeApi, runtime, supported] of versions) {
    test(`${supported ? 'takes' : 'refuses'} ${runtime}, whose Node-API is ${nodeApi}`, () => {
      assert.equal(runtimeSupported(nodeApi), supported);
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
