import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { FrameReader, type RawFrame } from '../../src/media/frame-reader.ts';
import { TamperWatch, type Tampering } from '../../src/media/tamper/tamper-watch.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { demoClip } from './demo-camera.ts';

const rate = 2;
/** Of each part: an attack is over before a new view would be the usual one. */
const partSeconds = 180;

/** A whole video as frames, with a filter on it. */
async function decoded(file: string, filter = 'null'): Promise<RawFrame[]> {
  const { path } = await locateFfmpeg();
  const picture = ['-vf', `fps=${rate},scale=640:-2,${filter}`, '-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1'];
  const options = { encoding: 'buffer', maxBuffer: 2 ** 30 } as const;
  const { stdout } = await promisify(execFile)(path, ['-v', 'error', '-i', file, ...picture], options);
  const frames: RawFrame[] = [];
  new FrameReader((frame) => frames.push(frame)).push(stdout);
  return frames;
}

function watched(...parts: RawFrame[][]): Tampering[] {
  const clock = new ManualClock();
  const watch = new TamperWatch(clock);
  const news: Tampering[] = [];
  for (const frames of parts) {
    for (let shown = 0; shown < partSeconds * rate; shown += 1) {
      clock.advance(1000 / rate);
      const told = watch.push(frames[shown % frames.length] ?? assert.fail('no frames'));
      if (told !== undefined) news.push(told);
    }
  }
  return news;
}

/** Real and drawn people walk through these scenes, seen again and again as a looped file is. */
const videos: [name: string, ready: (t: TestContext) => boolean, file: string][] = [
  ['the demo clip', () => true, demoClip],
  ['the filmed room', (t) => sharedRequirement(t, 'media', 'demo.mp4'), sharedFile('media', 'demo.mp4')],
];

for (const [name, ready, file] of videos) {
  describe(`tampering and ${name}`, { timeout: 300_000 }, () => {
    test('nobody has tampered with it: nothing is said', async (t) => {
      if (!ready(t)) return;
      const frames = await decoded(file);
      assert.deepEqual(watched(frames, frames, frames, frames), []);
    });

    const attacks: [kind: string, filter: string][] = [
      ['black', 'drawbox=color=black:t=fill'],
      ['covered', 'drawbox=color=gray:t=fill,noise=alls=6:allf=t'],
      ['blurred', 'boxblur=8:2'],
      ['shifted', 'crop=iw/2:ih/2:iw/2:ih/2,scale=640:-2'],
    ];
    for (const [kind, filter] of attacks) {
      test(`is ${kind}: said once, and its end once`, async (t) => {
        if (!ready(t)) return;
        const [usual, attacked] = [await decoded(file), await decoded(file, filter)];
        const news = watched(usual, attacked, usual).map((told) => `${told.kind} ${told.score > 0 ? 'began' : 'over'}`);
        assert.deepEqual(news, [`${kind} began`, `${kind} over`]);
      });
    }
  });
}
