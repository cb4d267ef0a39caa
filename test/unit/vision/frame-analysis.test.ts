import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import type { Frame } from '../../../src/contracts/messages.ts';
import type { Picture } from '../../../src/contracts/ports.ts';
import { FrameAnalysis } from '../../../src/vision/frame-analysis.ts';
import { readPicture } from '../../../src/vision/picture.ts';
import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';

const drawn = await drawnFrame();
const frameOf = (source: string, { width, height, encoding }: Picture): Frame => {
  return { v: 1, kind: 'frame', site: 'home', area: 'hall', source, seq: 1, capturedAt: 0, width, height, encoding };
};

describe('bare pictures beside a live camera', () => {
  const detector = newDetector();
  after(() => detector.close());
  const options = {
    ...{ detector: () => detector, clock: new SiteClock(), labels: new Set(['person']) },
    ...{ threshold: 0.4, maxAgeMs: 60_000, keepMs: 2000, loiterMs: 0 },
    ...{ gate: true, heartbeatSeconds: 5, crops: 2, confirmation: { n: 2, of: 3 } },
  };
  const analysis = () => new FrameAnalysis(options);

  test('a picture gives what the worker would have found in it, in its own size', async () => {
    const jpeg = await sharp(drawn.bytes, { raw: { width: drawn.width, height: drawn.height, channels: 3 } })
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg({ quality: 92 })
      .toBuffer();
    const picture = await readPicture(jpeg);
    const { detections } = await analysis().analyseAlone(frameOf('picture', picture), picture);
    const direct = await detector.detect(jobFor(picture, { labels: new Set(['person']) }));
    assert.ok(!direct.dropped);
    assert.equal(detections.objects.length, 1);
    assert.deepEqual(detections.objects, direct.objects);
    assert.deepEqual([detections.width, detections.height], [768, 432]);
  });

  test('many large pictures at once do not keep the camera waiting', async (t) => {
    const side = 4000;
    const create = { width: side, height: side, channels: 3 as const, background: '#468' };
    const large = await readPicture(await sharp({ create }).png({ progressive: true }).toBuffer());
    const node = analysis();
    const outcomes = Promise.allSettled(
      Array.from({ length: 20 }, () => node.analyseAlone(frameOf('picture', large), large)),
    );
    const done = new AbortController();
    void outcomes.then(() => {
      done.abort();
    });
    const waits: number[] = [];
    const perPicture: number[] = [];
    while (!done.signal.aborted) {
      const verdict = await node.analyse(frameOf('hall', drawn), Buffer.from(drawn.bytes));
      assert.ok(verdict.outcome === 'detections');
      waits.push(verdict.detections.timings.waitMs);
      perPicture.push(verdict.detections.timings.inferenceMs);
    }
    const settled = await outcomes;
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 17);
    for (const one of settled) {
      if (one.status === 'rejected') assert.match(String(one.reason), /ES_MODEL_FAILED: Too many pictures/);
    }
    const longest = Math.max(...waits);
    t.diagnostic(`${waits.length} frames, longest wait ${longest.toFixed(0)} ms`);
    // At most one small picture before each frame: far from the second that decoding one large picture takes.
    assert.ok(waits.length >= 17, `${waits.length} frames`);
    assert.ok(longest < 3 * Math.max(...perPicture) + 200, `${longest} ms`);
  });
});
