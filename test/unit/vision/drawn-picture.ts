import sharp from 'sharp';
import { actionSvg, roomSvg, sceneSize } from '../../../scripts/demo/scene.ts';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import type { Picture } from '../../../src/contracts/ports.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import { modelPools } from '../../../src/site/model-pools.ts';
import { Detector, type DetectionJob, type DetectorOptions } from '../../../src/vision/detector.ts';
import { RecordingLog } from '../recording-log.ts';

/** The demo's room with its figure at `x`, as a raw frame. */
export async function drawnFrame(x = 384): Promise<Picture> {
  const action = actionSvg({ x, step: 1 }, undefined);
  const layers = action === undefined ? [] : [{ input: Buffer.from(action) }];
  const bytes = await sharp(Buffer.from(roomSvg())).composite(layers).removeAlpha().raw().toBuffer();
  return { bytes, encoding: 'rgb24', ...sceneSize };
}

export function newDetector(options: Partial<DetectorOptions> = {}): Detector {
  const tools = { clock: new SiteClock(), log: new RecordingLog(), ...options };
  return new Detector({
    model: findModel('nanodet-g-416', 'detection'),
    pool: modelPools(tools).vision,
    metrics: { count: () => undefined, observe: () => undefined },
    ...tools,
  });
}

/** A job that waits for its turn however long that takes. */
export function jobFor(picture: Picture, changes: Partial<DetectionJob> = {}): DetectionJob {
  const source = changes.source ?? 'hall';
  return { source, slot: source, picture, maxWaitMs: Infinity, threshold: 0.4, labels: new Set(), ...changes };
}
