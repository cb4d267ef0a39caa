import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Picture } from '../../../src/contracts/ports.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';

const grey: Picture = { bytes: Buffer.alloc(64 * 48 * 3, 128), encoding: 'rgb24', width: 64, height: 48 };

describe('detector', () => {
  test('finds the drawn person where it stands, in both runtimes alike, and says which one runs', async () => {
    const picture = await drawnFrame(300);
    const before = Buffer.from(picture.bytes);
    const objects = [];
    for (const runtime of ['onnxruntime-node', 'onnxruntime-web']) {
      if (runtime === 'onnxruntime-web') process.env.ECHOSIGHT_ORT = 'web';
      const log = new RecordingLog();
      const detector = newDetector({ log });
      const outcome = await detector.detect(jobFor(picture, { labels: new Set(['person', 'knife']) }));
      await detector.close();
      delete process.env.ECHOSIGHT_ORT;
      assert.ok(!outcome.dropped);
      assert.deepEqual([outcome.backend, outcome.width, outcome.height], [runtime, 768, 432]);
      assert.deepEqual(log.lines, [`info: The model nanodet-g-416 runs on ${runtime}.`]);
      objects.push(outcome.objects);
    }
    const [[native], [wasm]] = [objects[0] ?? [], objects[1] ?? []];
    assert.ok(native !== undefined && wasm !== undefined);
    assert.equal(native.label, 'person');
    assert.ok(native.score > 0.6);
    const middle = (native.box.x + native.box.width / 2) * 768;
    assert.ok(Math.abs(middle - 300) < 15, `the figure stands at 300, not at ${middle}`);
    for (const side of ['x', 'y', 'width', 'height'] as const) {
      assert.ok(Math.abs(native.box[side] - wasm.box[side]) < 1e-4);
    }
    assert.ok(Math.abs(native.score - wasm.score) < 1e-4);
    assert.ok(before.equals(picture.bytes), "the caller's bytes stay the caller's");
  });

  test('classes and threshold are those of the job', async (t) => {
    const detector = newDetector();
    t.after(() => detector.close());
    const picture = await drawnFrame();
    const labelsFor = async (changes: object) => {
      const outcome = await detector.detect(jobFor(picture, changes));
      return outcome.dropped ? [] : outcome.objects.map(({ label }) => label);
    };
    assert.deepEqual(await labelsFor({ labels: new Set(['person']) }), ['person']);
    assert.deepEqual(await labelsFor({ labels: new Set(['zebra']) }), []);
    assert.deepEqual(await labelsFor({ labels: new Set(['person']), threshold: 0.95 }), []);
    assert.ok((await labelsFor({ threshold: 0.05 })).length > 1);
  });

  test('a newer picture of a source takes the place of the waiting one; sources take turns', async (t) => {
    const counted: unknown[] = [];
    const metrics = { count: (...all: unknown[]) => counted.push(all), observe: () => undefined };
    const detector = newDetector({ metrics });
    t.after(() => detector.close());
    const order: string[] = [];
    const ask = async (source: string, name: string) => {
      const { dropped } = await detector.detect(jobFor(grey, { source }));
      order.push(`${name}${dropped ? ' dropped' : ''}`);
    };
    await Promise.all([ask('hall', 'h1'), ask('hall', 'h2'), ask('door', 'd1'), ask('hall', 'h3'), ask('hall', 'h4')]);
    assert.deepEqual(order, ['h2 dropped', 'h3 dropped', 'h1', 'h4', 'd1']);
    assert.deepEqual([detector.staleFrames('hall'), detector.staleFrames('door')], [2, 0]);
    const superseded = Array<unknown>(2).fill(['frames_dropped_total', { source: 'hall', reason: 'superseded' }]);
    const analysed = ['hall', 'hall', 'door'].map((source) => ['frames_analysed_total', { source }]);
    assert.deepEqual(counted, [...superseded, ...analysed]);
  });

  test('a picture that waited too long is dropped and counted', async (t) => {
    const clock = new ManualClock();
    const detector = newDetector({ clock });
    t.after(() => detector.close());
    const running = detector.detect(jobFor(grey));
    const waiting = detector.detect(jobFor(grey, { source: 'door', maxWaitMs: 1000 }));
    clock.advance(1001);
    assert.equal((await running).dropped, false);
    assert.equal((await waiting).dropped, true);
    assert.equal(detector.staleFrames('door'), 1);
  });

  test('closing drops what waits, answers what runs, and takes nothing more', async () => {
    const detector = newDetector();
    const running = detector.detect(jobFor(grey));
    const waiting = detector.detect(jobFor(grey));
    await detector.close();
    const later = detector.detect(jobFor(grey));
    assert.deepEqual(await Promise.all([running, waiting, later].map(async (one) => (await one).dropped)), [
      false,
      true,
      true,
    ]);
  });

  test('closing while the model runs does not abort the process', async () => {
    const fixture = resolve(import.meta.dirname, 'close-while-running.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [fixture]);
    assert.equal(stdout, 'closed 5 times\n');
  });

  test('a model that cannot be had is a named error, not a crash', async (t) => {
    const detector = newDetector({
      model: {
        id: 'mine',
        title: '',
        task: 'detection',
        family: 'nanodet-g',
        file: '/absent.onnx',
        license: '',
        labels: [],
        input: { width: 416, height: 416 },
      },
    });
    t.after(() => detector.close());
    await assert.rejects(detector.detect(jobFor(grey)), { name: 'ES_MODEL_MISSING' });
  });

  test('the main loop stays free while the model runs', async (t) => {
    const detector = newDetector();
    t.after(() => detector.close());
    const picture = await drawnFrame();
    await detector.detect(jobFor(picture));
    const start = performance.eventLoopUtilization();
    const started = performance.now();
    for (let round = 0; round < 10; round++) await detector.detect(jobFor(picture));
    const used = performance.eventLoopUtilization(start).active;
    assert.ok(used < 0.25 * (performance.now() - started), `${used} ms of the main loop for ten pictures`);
  });
});
