import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentSources } from '../../../src/confirmation/recent-sources.ts';

test('of more sources than there can be, the one that was silent longest is forgotten', () => {
  const sources = new RecentSources(() => ({ frames: 0 }));
  for (let camera = 0; camera < 64; camera += 1) sources.of(`camera ${camera}`).frames += 1;
  sources.of('camera 0').frames += 1;
  sources.of('another').frames += 1;
  assert.deepEqual(
    [sources.get('camera 0')?.frames, sources.get('camera 1'), sources.get('camera 2')?.frames],
    [2, undefined, 1],
  );
  assert.equal(sources.of('camera 1').frames, 0, 'it begins anew');
});
