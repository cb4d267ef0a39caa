import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AreaMedia } from '../../../src/fusion/area-media.ts';
import { audioScores, detections } from './bench-area.ts';

const at = new Date(2026, 0, 1, 12).getTime();
const hop = 7680;
const windowSamples = 15_600;

/** Sample n of the endless test sound: every sample differs from its neighbours, exactly representable. */
const sound = (index: number): number => ((index * 37) % 4001) / 8192;
const sounds = (from: number, length: number): Float32Array => Float32Array.from({ length }, (_, i) => sound(from + i));

/** The n-th window of a stream whose sample 0 is captured at `at`; capture times are whole milliseconds. */
function addWindow(media: AreaMedia, n: number, source = 'cam', scale = 1, record = true): void {
  const samples = sounds(n * hop, windowSamples).map((sample) => sample * scale);
  const capturedAt = Math.round(at + (n * hop + windowSamples) / 16);
  media.rememberAudio(audioScores({}, { source, capturedAt }, { record }), samples);
}

describe('the picture of an area', () => {
  const remember = (media: AreaMedia, offset: number, objects: Record<string, number>, source = 'cam'): void => {
    media.rememberPicture(detections(objects, { source, capturedAt: at + offset }), Buffer.from(String(offset)));
  };
  const shown = (media: AreaMedia, offset = 0): string =>
    Buffer.from(media.picture('hall', at + offset)?.picture.bytes ?? []).toString();

  test('is the one with the best person of the last three seconds', () => {
    const media = new AreaMedia();
    remember(media, 0, { person: 0.6 });
    remember(media, 200, { person: 0.9 }, 'cam2');
    remember(media, 400, { person: 0.7, knife: 0.99 });
    remember(media, 2800, {});
    assert.equal(shown(media), '200');
    assert.equal(media.picture('hall', at)?.source, 'cam2');
    assert.equal(media.picture('hall', at)?.objects[0]?.label, 'person');
  });

  test('is another one when the best is too old, and the latest when nobody is on any', () => {
    const media = new AreaMedia();
    remember(media, 0, { person: 0.9 });
    remember(media, 1500, { person: 0.5 });
    remember(media, 3200, {});
    assert.equal(shown(media), '1500');
    remember(media, 4600, {});
    assert.equal(shown(media), '4600');
  });

  test('is of its own area, with its size and encoding', () => {
    const media = new AreaMedia();
    remember(media, 0, { person: 0.9 });
    assert.equal(media.picture('garden', at), undefined);
    const picture = media.picture('hall', at)?.picture;
    assert.deepEqual([picture?.width, picture?.height, picture?.encoding], [640, 360, 'rgb24']);
  });

  test('is none from long before the incident: the camera has died, the microphone has not', () => {
    const media = new AreaMedia();
    remember(media, 0, { person: 0.9 });
    remember(media, 2000, {});
    assert.equal(shown(media, 9000), '0');
    assert.equal(shown(media, 11_000), '2000');
    assert.equal(media.picture('hall', at + 12_001), undefined);
    assert.equal(media.picture('hall', at + 86_400_000), undefined);
  });

  test('may be newer than the incident, which was heard and judged a moment ago', () => {
    const media = new AreaMedia();
    remember(media, 4000, {});
    assert.equal(shown(media, 0), '4000');
  });

  test('goes on after the clock was set back', () => {
    const media = new AreaMedia();
    remember(media, 0, { person: 0.9 });
    remember(media, -3_600_000, {});
    assert.equal(shown(media, -3_600_000), '-3600000');
  });
});

describe('the sound of an area', () => {
  test('is put together from overlapping windows, sample by sample', () => {
    const media = new AreaMedia();
    for (let n = 0; n < 12; n += 1) addWindow(media, n);
    const end = 11 * hop + windowSamples;
    const heard = media.audio('hall', at, at + 60_000);
    assert.equal(heard?.source, 'cam');
    assert.deepEqual(heard.samples, sounds(0, end));
  });

  test('holds the last ten seconds', () => {
    const media = new AreaMedia();
    for (let n = 0; n < 100; n += 1) addWindow(media, n);
    const end = 99 * hop + windowSamples;
    assert.deepEqual(media.audio('hall', at, at + 600_000)?.samples, sounds(end - 160_000, 160_000));
  });

  test('is cut to the times asked for', () => {
    const media = new AreaMedia();
    for (let n = 0; n < 5; n += 1) addWindow(media, n);
    // The ring ends at a whole millisecond: 46,320 samples are 2,895 ms.
    assert.deepEqual(media.audio('hall', at + 1000, at + 2000)?.samples, sounds(16_000, 16_000));
    assert.equal(media.audio('hall', at + 5000, at + 6000), undefined);
    assert.equal(media.audio('hall', at - 6000, at - 5000), undefined);
    assert.equal(media.audio('garden', at, at + 2000), undefined);
  });

  test('has one window less when one was dropped, and silence where nothing came', () => {
    const dropped = new AreaMedia();
    for (const n of [0, 1, 3, 4]) addWindow(dropped, n);
    assert.deepEqual(dropped.audio('hall', at, at + 60_000)?.samples, sounds(0, 4 * hop + windowSamples));

    const gap = new AreaMedia();
    for (const n of [0, 10]) addWindow(gap, n);
    const samples = gap.audio('hall', at, at + 60_000)?.samples ?? new Float32Array();
    assert.equal(samples.length, 10 * hop + windowSamples);
    assert.deepEqual(samples.slice(0, windowSamples), sounds(0, windowSamples));
    assert.deepEqual(samples.slice(10 * hop), sounds(10 * hop, windowSamples));
    assert.ok(samples.slice(windowSamples, 10 * hop).every((sample) => sample === 0));
  });

  test('ignores a window that comes twice or late, and starts anew after a long break or a clock set back', () => {
    const media = new AreaMedia();
    for (const n of [0, 1, 1, 0, 2]) addWindow(media, n);
    assert.deepEqual(media.audio('hall', at, at + 60_000)?.samples, sounds(0, 2 * hop + windowSamples));
    addWindow(media, 200);
    assert.equal(media.audio('hall', at, at + 600_000)?.samples.length, windowSamples);
    addWindow(media, 0);
    assert.deepEqual(media.audio('hall', at - 1000, at + 60_000)?.samples, sounds(0, windowSamples));
  });

  test('is kept only where its owner allows recording, and forgotten when that ends', () => {
    const media = new AreaMedia();
    addWindow(media, 0, 'cam', 1, false);
    assert.equal(media.audio('hall', at, at + 60_000), undefined);
    addWindow(media, 1);
    assert.ok(media.audio('hall', at, at + 60_000));
    addWindow(media, 2, 'cam', 1, false);
    assert.equal(media.audio('hall', at, at + 60_000), undefined);
  });

  test('is that of the loudest source, and a copy', () => {
    const media = new AreaMedia();
    addWindow(media, 0, 'far', 0.1);
    addWindow(media, 0, 'near', 1);
    addWindow(media, 0, 'further', 0.01);
    const heard = media.audio('hall', at, at + 60_000);
    assert.equal(heard?.source, 'near');
    heard.samples.fill(0);
    assert.deepEqual(media.audio('hall', at, at + 60_000)?.samples, sounds(0, windowSamples));
  });

  test('is bounded: ever new sources and areas push out the oldest', () => {
    const media = new AreaMedia();
    for (let n = 0; n < 9; n += 1) addWindow(media, 0, `cam${n}`, n === 0 ? 1 : 0.1);
    assert.notEqual(media.audio('hall', at, at + 60_000)?.source, 'cam0');
    for (let n = 0; n < 64; n += 1) {
      media.rememberPicture(detections({}, { area: `area-${n}`, capturedAt: at }), Buffer.alloc(1));
    }
    assert.equal(media.audio('hall', at, at + 60_000), undefined);
  });
});
