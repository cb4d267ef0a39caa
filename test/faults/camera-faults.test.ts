import assert from 'node:assert/strict';
import { existsSync, lstatSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { segmentName, segmentNames } from '../../src/media/ring/ring-output.ts';
import { requirement } from '../requirements.ts';
import { BadCameras, lossy } from './bad-cameras.ts';
import { ManyCameras } from './many-cameras.ts';
import type { ScriptedCamera } from './scripted-camera.ts';
import { childrenNamed, segmentsOf, until } from './vitals.ts';

/** How ffmpeg numbers the payloads of the demo clip. */
const payloadOf = { video: 96, audio: 97 };
let bad: BadCameras;
let watched: ManyCameras;

describe('what happens to cameras, and what a user sees of it', { timeout: 400_000 }, () => {
  const enders: (() => Promise<void>)[] = [];
  before(async () => {
    bad = await BadCameras.start();
    enders.push(() => bad.stop());
    watched = await ManyCameras.open({ after: (end) => void enders.push(end) }, bad.cameras);
  });
  after(async () => {
    for (const end of enders.reverse()) await end();
  });

  describe('each on its own', { concurrency: true }, () => {
    /** A camera that never gives a picture. */
    const hopeless = [
      ['wrong-password', 'unauthorised', 'ES_CAMERA_UNAUTHORISED', /login refused/],
      ['wrong-path', 'not-found', 'ES_CAMERA_NOT_FOUND', /no such stream/],
      ['refused', 'backing-off', 'ES_CAMERA_UNREACHABLE', /tries again:.*nothing listens on this port/],
      ['unknown', 'backing-off', 'ES_CAMERA_UNREACHABLE', /tries again:.*(name|found|resolve)/i],
      ['silent', 'backing-off', 'ES_CAMERA_UNREACHABLE', /tries again:.*(answer|time)/i],
      ['sound-only', 'backing-off', 'ES_STREAM_UNUSABLE', /tries again:.*sound \(AAC\) but no picture/],
    ] as const;
    for (const [camera, status, name, words] of hopeless) {
      test(`${camera}: said in words, once, and an incident`, async () => {
        await watched.until(camera, () => watched.statuses(camera).includes(status), status);
        await watched.until(camera, () => watched.outages(camera).includes('start'), 'an incident');
        await watched.until(camera, () => words.test(watched.texts(camera).join('\n')), 'words');
        await sleep(3000);
        assert.equal(watched.errors(camera).length, 1, watched.errors(camera).join('\n'));
        assert.match(watched.errors(camera).join(), new RegExp(name));
        assert.equal(watched.frames(camera).length, 0);
        assert.deepEqual(
          watched.outages(camera).filter((phase) => phase === 'end'),
          [],
        );
      });
    }

    test('frozen: stalled, an incident, and back when it thaws', async () => {
      await watched.nextFrames('frozen', 3);
      bad.frozen.freeze();
      await watched.reaches('frozen', 'stalled');
      const said = (): boolean => watched.texts('frozen').join('\n').includes('no pictures: No picture came for 5 s');
      await watched.until('frozen', said, 'words');
      await watched.until('frozen', () => watched.outages('frozen').includes('start'), 'an incident');
      await watched.reaches('frozen', 'probing');
      bad.frozen.thaw();
      await backWithPictures('frozen');
      assert.match(watched.errors('frozen').join(), /ES_CAMERA_STALLED/);
    });

    test('in a black hole: stalled, an incident, no answer; back when there is a way again', async () => {
      await watched.nextFrames('hole', 3);
      bad.hole.swallows = true;
      await watched.reaches('hole', 'stalled');
      await watched.until('hole', () => watched.outages('hole').includes('start'), 'an incident');
      await watched.until('hole', () => unreachable('hole'), 'no answer');
      bad.hole.swallows = false;
      await backWithPictures('hole');
    });

    for (const share of lossy) {
      const percent = share * 100;
      test(`${percent} % of the packets lost over UDP: pictures go on or come back, and the log stays short`, async () => {
        await endures(`lost-${percent}`, (faults) => {
          faults.drop = share;
        });
      });
      test(`${percent} % of the packets corrupt: pictures go on or come back, and the log stays short`, async () => {
        await endures(`corrupt-${percent}`, (faults) => {
          faults.corrupt = share;
        });
      });
    }

    test('another codec, size and sound: a new connection, and no error that stays', async () => {
      await watched.nextFrames('codec', 3);
      const sizes = (): string[] => watched.frames('codec').map(({ width, height }) => `${width}x${height}`);
      assert.equal(sizes().at(-1), '320x180');
      await bad.showing('codec').show(bad.clips.hevc);
      await watched.until('codec', () => sizes().at(-1) === '320x240', 'the new picture');
      const heard = watched.windows('codec').length;
      await watched.until('codec', () => watched.windows('codec').length > heard + 1, 'the new sound');
      assert.equal(watched.statuses('codec').at(-1), 'connected');
    });

    test('sound that is switched off at the camera: pictures come again without it', async () => {
      await watched.until('sound-goes', () => watched.windows('sound-goes').length > 1, 'sound');
      await bad.showing('sound-goes').show(bad.clips.picture);
      await watched.reaches('sound-goes', 'connected');
      await watched.nextFrames('sound-goes', 5);
    });

    test('a picture that changes its shape within the stream: frames get the new shape at once, it is said, and no error', async () => {
      const sizes = (): string[] => watched.frames('shape').map(({ width, height }) => `${width}x${height}`);
      const turns = (): string[] => sizes().filter((size, index, all) => size !== all[index - 1]);
      await watched.until('shape', () => turns().length > 2, 'there and back', 90_000);
      assert.deepEqual([...new Set(turns())].sort(), ['320x180', '320x320']);
      const renewals = watched
        .states('shape')
        .filter(({ detail }) => detail.includes('size of the picture has changed'));
      assert.ok(renewals.length >= 2, `${renewals.length} new connections`);
      assert.ok(!watched.statuses('shape').includes('backing-off'));
      assert.deepEqual(watched.errors('shape'), []);
    });

    test('a picture without sound: frames, no window, no error', async () => {
      await watched.nextFrames('picture-only', 10);
      assert.deepEqual(watched.windows('picture-only'), []);
      assert.deepEqual(watched.errors('picture-only'), []);
    });

    test('sound that falls silent in the stream: pictures go on as before', async () => {
      await watched.until('deaf', () => watched.windows('deaf').length > 1, 'sound');
      bad.showing('deaf').relay.faults.mutedPayloads.add(payloadOf.audio);
      const heard = (): number => watched.windows('deaf').length;
      let known = -1;
      const isSilent = async (): Promise<boolean> => {
        known = heard();
        await sleep(2500);
        return heard() === known;
      };
      await until(isSilent, 'it is silent');
      const since = watched.frames('deaf').length;
      await sleep(12_000);
      assert.equal(heard(), known, 'it stays silent');
      const came = watched.frames('deaf').length - since;
      assert.ok(came > 12, `${came} frames in 12 s`);
      const { status, fault } = watched.states('deaf').at(-1) ?? {};
      assert.deepEqual([status, fault], ['connected', 'silent'], 'it is said that nothing is heard any more');
    });

    test('pictures that stop while sound goes on: stalled, an incident, and back', async () => {
      await watched.nextFrames('blind', 3);
      bad.showing('blind').relay.faults.mutedPayloads.add(payloadOf.video);
      await watched.reaches('blind', 'stalled');
      await watched.until('blind', () => watched.outages('blind').includes('start'), 'an incident');
      bad.showing('blind').relay.faults.mutedPayloads.clear();
      await backWithPictures('blind');
    });
  });

  describe('all together', () => {
    test('the clock of the machine is set an hour forward and back: pictures and sound go on, no camera is lost', async () => {
      const { host } = watched.house;
      const steady = ['deaf', 'codec', 'picture-only'];
      for (const [step, hours] of [
        [3_600_000, 1],
        [-3_600_000, 0],
      ] as const) {
        const states = steady.map((camera) => watched.states(camera).length);
        host.send(`step-clock ${step}`);
        const stepped = (camera: string): boolean =>
          Math.abs((watched.frames(camera).at(-1)?.capturedAt ?? 0) - Date.now() - hours * 3_600_000) < 10_000;
        for (const camera of steady) await watched.until(camera, () => stepped(camera), 'frames by the new clock');
        await Promise.all(steady.map((camera) => watched.nextFrames(camera, 30)));
        for (const camera of ['refused', 'wrong-password']) {
          assert.deepEqual(
            watched.outages(camera).filter((phase) => phase === 'end'),
            [],
            'their incidents go on',
          );
        }
        assert.deepEqual(
          steady.map((camera) => watched.states(camera).length),
          states,
          'no stream heard of it',
        );
      }
      const heard = watched.windows('codec').length;
      await watched.until('codec', () => watched.windows('codec').length > heard + 2, 'sound goes on');
    });

    test('the disk of the ring is full: frames and statuses do not notice, it is said, and the next connection keeps again', async (t) => {
      if (!requirement(t, existsSync('/dev/full'), '/dev/full')) return;
      const { pid, host } = watched.house;
      const kept = (): string[] =>
        segmentsOf(pid).filter((file) => lstatSync(file, { throwIfNoEntry: false })?.isFile() === true);
      const folders = new Set(kept().map((file) => dirname(file)));
      assert.ok(folders.size > 5, `${folders.size} rings`);
      const states = watched.states('deaf').length;
      for (const folder of folders) fillUp(folder);
      const said = (): boolean => host.log.includes('Camera deaf: no clips and pictures of what was before');
      await watched.until('deaf', said, 'it is said');
      await watched.nextFrames('deaf', 20);
      assert.equal(watched.states('deaf').length, states, 'no stream heard of it');
      const ends = (): string[] =>
        watched.states('deaf').flatMap(({ detail }) => (detail.includes('The stream ended') ? [detail] : []));
      bad.showing('deaf').relay.kick();
      await watched.until('deaf', () => ends().length > 0, 'its end');
      assert.doesNotMatch(ends().join(), /No space left|segment/, 'the disk did not end it');
      await watched.until('deaf', () => kept().some((file) => !folders.has(dirname(file))), 'a segment again');
    });

    test('deployed anew in every state: the old connections end, and each state is reached again', async () => {
      const { house } = watched;
      bad.showing('blind').relay.faults.freeze = true;
      bad.hole.swallows = true;
      bad.showing('hole').relay.kick();
      const states = [
        ['silent', 'probing'],
        ['blind', 'stalled'],
        ['deaf', 'connected'],
        ['refused', 'backing-off'],
        ['wrong-password', 'unauthorised'],
        ['wrong-path', 'not-found'],
      ] as const;
      for (const round of [1, 2]) {
        for (const [camera, status] of states) {
          await watched.until(camera, () => watched.statuses(camera).includes(status), status);
        }
        const marks = states.map(([camera]) => watched.states(camera).length);
        await watched.deployAnew(
          states.map(([camera]) => camera),
          `round${round}`,
        );
        for (const [index, [camera, status]] of states.entries()) {
          const since = (): string[] => watched.statuses(camera).slice(marks[index]);
          await watched.until(camera, () => since().includes('stopped'), 'stopped');
          const again = status === 'stalled' ? 'connecting' : status;
          await watched.until(camera, () => since().slice(1).includes(again), `${again} again`);
        }
      }
      house.assertCalm();
    });

    test('when they are removed, no process, segment or descriptor of a camera is left', async () => {
      const { house } = watched;
      const removed = async (): Promise<number> => {
        await watched.removeCameras();
        await until(() => childrenNamed(house.pid, 'ffmpeg').length === 0, 'no ffmpeg');
        await until(() => segmentsOf(house.pid).length === 0, 'no segment', 15_000);
        assert.deepEqual(house.vitals().children, []);
        return house.vitals().descriptors;
      };
      const first = await removed();
      await watched.deployAnew([], '');
      await watched.nextFrames('deaf', 3);
      const second = await removed();
      assert.ok(second <= first + 3, `${first} descriptors became ${second}`);
      house.assertCalm();
    });
  });
});

function unreachable(camera: string): boolean {
  return watched.errors(camera).some((text) => text.includes('ES_CAMERA_UNREACHABLE'));
}

/** Every segment that comes next meets a full device. */
function fillUp(folder: string): void {
  for (let number = 0; number < segmentNames; number += 1) {
    const path = join(folder, segmentName(number));
    if (!existsSync(path)) symlinkSync('/dev/full', path);
  }
}

/** Connected, a new picture, and the incident ends. */
async function backWithPictures(camera: string): Promise<void> {
  await watched.reaches(camera, 'connected', 60_000);
  await watched.nextFrames(camera, 2);
  await watched.until(camera, () => watched.outages(camera).at(-1) === 'end', 'the incident ends');
}

/** Ten seconds on a bad network, then a good one. */
async function endures(name: string, spoil: (faults: ScriptedCamera['relay']['faults']) => void): Promise<void> {
  await watched.nextFrames(name, 3, 60_000);
  const { faults } = bad.showing(name).relay;
  const before = watched.frames(name).length;
  spoil(faults);
  await sleep(10_000);
  const came = watched.frames(name).length - before;
  faults.drop = faults.corrupt = 0;
  await watched.reaches(name, 'connected');
  await watched.nextFrames(name, 5);
  assert.ok(came > 0, 'some pictures come even so');
  const lines = watched.house.host.log.split('\n').filter((line) => line.includes(`eye-${name}]`));
  assert.ok(lines.length < 60, `${lines.length} lines of log`);
}
