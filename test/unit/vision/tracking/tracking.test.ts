import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertKind } from '../../../../src/contracts/guards.ts';
import type { Frame } from '../../../../src/contracts/messages.ts';
import { Tracking } from '../../../../src/vision/tracking/tracking.ts';
import { person, usual } from './scene.ts';

function frame(source: string, capturedAt: number, site = 'home'): Frame {
  const shape = { width: 640, height: 360, encoding: 'rgb24' } as const;
  return { v: 1, kind: 'frame', site, area: 'hall', source, seq: 0, capturedAt, ...shape };
}

describe('the sources of a node', () => {
  test('have their own ids, and are followed apart', () => {
    const tracking = new Tracking(usual);
    for (const source of ['front', 'back']) {
      tracking.update(frame(source, 0), [person(0.5, 0.8)]);
      const { objects } = tracking.update(frame(source, 200), [person(0.5, 0.8)]);
      assert.deepEqual(
        objects.map(({ trackId }) => trackId),
        ['1'],
      );
    }
    assert.deepEqual([tracking.isFollowing('home\nfront'), tracking.isFollowing('home\nattic')], [true, false]);
  });

  test('are followed apart, also when two sites have one of the same name', () => {
    const tracking = new Tracking(usual);
    const ids = [0, 200, 400].map((at) => {
      tracking.update(frame('door', at, 'yard'), [person(0.2, 0.8)]);
      return tracking.update(frame('door', at + 100, 'hub'), [person(0.8, 0.8)]).objects.map(({ trackId }) => trackId);
    });
    assert.deepEqual(ids, [[], ['1'], ['1']]);
  });

  test('tell what objects do as cues that fit the contract', () => {
    const tracking = new Tracking(usual);
    const yard = person(0.5, 0.8, 0.75, 0.4, ['yard']);
    tracking.update(frame('front', 1000), [yard]);
    const { cues } = tracking.update(frame('front', 1200), [yard]);
    for (const cue of cues) assertKind(cue, 'cue');
    const identity = { v: 1, kind: 'cue', site: 'home', area: 'hall', source: 'front', capturedAt: 1200 };
    const features = { zone: 'yard', label: 'person', trackId: '1' };
    assert.deepEqual(cues, [{ ...identity, cue: 'zone-enter', score: 0.75, features }]);
  });

  test('that play a recording fast are followed by the time in the recording', () => {
    const tracking = new Tracking({ ...usual, loiterMs: 5000 });
    const seen: string[] = [];
    // A minute of the recording in a second and a half.
    for (let look = 0; look <= 300; look += 1) {
      const objects = [person(0.5, 0.8, 0.8, 0.4, ['yard'])];
      const { cues } = tracking.update(frame('clip', look * 5), objects, look / 5);
      seen.push(...cues.map(({ cue, features }) => `${cue} ${features.dwellSeconds ?? ''} at ${look / 5}`));
    }
    assert.deepEqual(seen, ['zone-enter  at 0.2', 'loiter 5 at 5.2']);
  });

  test('are remembered up to a bound', () => {
    const tracking = new Tracking(usual);
    for (let source = 0; source < 100; source += 1) tracking.update(frame(`camera${source}`, 0), [person(0.5, 0.8)]);
    const followed = Array.from({ length: 100 }, (_, source) => tracking.isFollowing(`home\ncamera${source}`));
    assert.deepEqual([followed.filter(Boolean).length, followed[0], followed[99]], [64, false, true]);
  });

  test('are asked for weaker boxes than begin an object', () => {
    assert.equal(new Tracking(usual).lowestScore, 0.2);
  });
});
