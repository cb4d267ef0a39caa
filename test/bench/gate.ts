import sharp from 'sharp';
import { actionSvg, roomSvg, sceneSize } from '../../scripts/demo/scene.ts';
import { gaussian, seededRandom } from '../../scripts/demo/seeded-random.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { readConfig } from '../../src/contracts/read-config.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { modelPools } from '../../src/site/model-pools.ts';
import { Detector } from '../../src/vision/detector.ts';
import { FrameAnalysis } from '../../src/vision/frame-analysis.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { percentile, rounded } from './process-cost.ts';

const size = { width: 640, height: 360 };
const rate = 5;
const frames = 60 * rate;
/** Standard deviation per pixel: a sensor by day. */
const noise = 4;

const settings = readConfig('detectron-infer', {}, () => undefined);
type Settings = Pick<typeof settings, 'gate' | 'crops'>;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A minute of an empty room and a minute of somebody who walks to and fro in it, 640 x 360 at 5/s with the noise of a
 * sensor: CPU seconds of everything from the frame to the detections, with the gate and its crops as they come, with the
 * gate alone, and without either. Drawing does not count.
 */
export default async function gate(): Promise<Record<string, unknown>> {
  const clock = new SiteClock();
  const tools = { clock, log: quiet };
  const detector = new Detector({
    model: findModel(settings.model, 'detection'),
    pool: modelPools(tools).vision,
    metrics: { count: () => undefined, observe: () => undefined },
    ...tools,
  });
  const off: Settings = { gate: false, crops: 0 };
  try {
    const room = await drawn(undefined);
    const walk = await Promise.all(Array.from({ length: 60 }, (_, step) => drawn(90 + step * 10)));
    const still = () => room;
    const toAndFro = (seq: number) => walk[Math.floor(seq / 60) % 2 === 0 ? seq % 60 : 59 - (seq % 60)] ?? room;
    await minute(detector, off, still, rate);
    console.error('a static minute');
    const [calm, calmBase] = [await minute(detector, settings, still), await minute(detector, off, still)];
    console.error('a busy minute');
    const [busy, alone] = [
      await minute(detector, settings, toAndFro),
      await minute(detector, { gate: true, crops: 0 }, toAndFro),
    ];
    const busyBase = await minute(detector, off, toAndFro);
    return {
      static_cpu_s_per_min: calm.cpu,
      busy_cpu_s_per_min: busy.cpu,
      inferences_saved: calm.saved,
      frames: frames,
      static_without_gate_cpu_s_per_min: calmBase.cpu,
      busy_without_crops_cpu_s_per_min: alone.cpu,
      busy_without_gate_cpu_s_per_min: busyBase.cpu,
      busy_inferences_saved: busy.saved,
      busy_crops: busy.crops,
      busy_person_frames: busy.people,
      busy_person_frames_without_gate: busyBase.people,
      still_frame_p50_ms: calm.stillMs,
    };
  } finally {
    await detector.close();
  }
}

async function minute(
  detector: Detector,
  { gate: isOn, crops }: Settings,
  scene: (seq: number) => Buffer,
  length = frames,
) {
  const clock = new ManualClock();
  const { threshold, keepSeconds, confirmLooks, confirmOf, heartbeatSeconds } = settings;
  const analysis = new FrameAnalysis({
    ...{ detector: () => detector, clock, labels: new Set(['person']), threshold },
    ...{ maxAgeMs: Infinity, keepMs: keepSeconds * 1000, loiterMs: 0, gate: isOn, heartbeatSeconds },
    ...{ crops, confirmation: { n: confirmLooks, of: confirmOf } },
  });
  const random = seededRandom(7);
  const row = Float32Array.from({ length: 300_007 }, () => noise * gaussian(random));
  const seen = { saved: 0, crops: 0, people: 0, spent: 0 };
  const stillMs: number[] = [];
  for (let seq = 0; seq < length; seq += 1) {
    clock.advance(1000 / rate);
    const image = noisy(scene(seq), row, Math.floor(random() * row.length));
    const [before, begun] = [process.cpuUsage(), performance.now()];
    const verdict = await analysis.analyse(
      {
        ...{ v: 1, kind: 'frame', site: 'bench', area: 'room', source: 'room', seq, capturedAt: clock.now() },
        ...{ ...size, encoding: 'rgb24' },
      },
      image,
    );
    const { user, system } = process.cpuUsage(before);
    seen.spent += (user + system) / 1e6;
    if (verdict.outcome === 'down') throw verdict.error;
    if (verdict.outcome === 'dropped') continue;
    if (verdict.outcome === 'still') stillMs.push(performance.now() - begun);
    seen.saved = verdict.detections.gate?.saved ?? 0;
    seen.crops += verdict.detections.gate?.crops ?? 0;
    if (verdict.detections.objects.length > 0) seen.people += 1;
  }
  const { spent, ...counts } = seen;
  return { cpu: rounded(spent, 2), stillMs: rounded(percentile(stillMs, 0.5), 2), ...counts };
}

async function drawn(x: number | undefined): Promise<Buffer> {
  const action = x === undefined ? undefined : actionSvg({ x, step: x / 12 }, undefined);
  const layers = action === undefined ? [] : [{ input: Buffer.from(action) }];
  const whole = await sharp(Buffer.from(roomSvg())).composite(layers).removeAlpha().raw().toBuffer();
  return await sharp(whole, { raw: { ...sceneSize, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .raw()
    .toBuffer();
}

/** Noise is drawn once and begun anywhere. */
function noisy(picture: Buffer, row: Float32Array, start: number): Buffer {
  const clamped = new Uint8ClampedArray(picture.length);
  let next = start;
  for (let at = 0; at < picture.length; at += 1) {
    clamped[at] = (picture[at] ?? 0) + (row[next] ?? 0);
    next = next + 1 === row.length ? 0 : next + 1;
  }
  return Buffer.from(clamped.buffer);
}
