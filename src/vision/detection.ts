import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { Box, DetectedObject, Detections } from '../contracts/messages.ts';
import type { Picture } from '../contracts/ports.ts';
import type { Letterbox, Size } from '../geometry/letterbox.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { readModelFile } from '../inference/model-file.ts';
import { openSession, type FloatTensor } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import { decodeForCanvas } from './encoded-picture.ts';
import { ModelCanvas, type RgbPixels } from './model-canvas.ts';
import { decodeNanodet, nanodetOverlap, nanodetPlanes } from './nanodet.ts';
import { suppressOverlaps, type Candidate } from './nms.ts';

export interface DetectionRequest {
  picture: Picture;
  threshold: number;
  /** Empty: all. */
  labels: ReadonlySet<string>;
}

export interface DetectionReply extends Size {
  objects: DetectedObject[];
  backend: string;
  timings: Omit<Detections['timings'], 'waitMs'>;
}

/**
 * Opens a detection model and answers with the objects of each picture. Blocks its thread while it works: it is what
 * the vision worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openDetection(
  model: ModelFor<'detection'>,
): Promise<WorkerService<DetectionRequest, DetectionReply>> {
  const { input } = model;
  const canvas = new ModelCanvas(input, nanodetPlanes);
  const session = await openSession(await readModelFile(model, { shape: canvas.tensor.dims }));

  const run = async (): Promise<FloatTensor[]> => {
    return Object.values(await session.run({ [session.inputNames[0] ?? '']: canvas.tensor }));
  };
  const decode = (outputs: readonly FloatTensor[], wanted: readonly number[], threshold: number) =>
    suppressOverlaps(decodeNanodet(outputs, input, model.labels.length, wanted, threshold), nanodetOverlap);

  // The first run is slow, and it proves that the model fits its description.
  decode(await run(), [], 1);

  return {
    async answer({ picture, threshold, labels }) {
      const started = performance.now();
      const { pixels, width, height } = await pixelsFor(picture, input);
      const letterbox = canvas.draw(pixels);
      const drawn = performance.now();
      const outputs = await run();
      const ran = performance.now();
      const wanted = [...model.labels.keys()].filter(
        (index) => labels.size === 0 || labels.has(model.labels[index] ?? ''),
      );
      const objects = decode(outputs, wanted, threshold).flatMap((candidate) =>
        toObject(candidate, letterbox, model.labels),
      );
      const decoded = performance.now();
      return {
        objects,
        width,
        height,
        backend: session.backend,
        timings: { preprocessMs: drawn - started, inferenceMs: ran - drawn, postprocessMs: decoded - ran },
      };
    },
    release: () => session.release(),
  };
}

/** Raw frames are scaled while they are drawn; encoded ones while they are decoded. */
async function pixelsFor(
  { bytes, encoding, ...claimed }: Picture,
  canvas: Size,
): Promise<Size & { pixels: RgbPixels }> {
  if (encoding === 'jpeg') return await decodeForCanvas(bytes, canvas);
  const { width, height } = claimed;
  if (bytes.length === width * height * 3 && bytes.length > 0)
    return { width, height, pixels: { rgb: bytes, width, height } };
  throw new SentinelError(
    'ES_IMAGE_INVALID',
    `${bytes.length} bytes are no rgb24 picture of ${width} x ${height} pixels.`,
  );
}

/** Nothing for a candidate that lies beside the picture, in the letterbox's bars. */
function toObject(
  { classIndex, score, box }: Candidate,
  letterbox: Letterbox,
  labels: readonly string[],
): DetectedObject[] {
  const inPicture = toPicture(box, letterbox);
  if (inPicture.width <= 0 || inPicture.height <= 0) return [];
  return [{ label: labels[classIndex] ?? '', score: Math.min(1, score), box: inPicture }];
}

/** A box from pixels of the canvas to 0..1 of the picture that was drawn on it, clipped to the picture. */
export function toPicture(box: Box, letterbox: Letterbox): Box {
  const share = (position: number, pad: number, length: number) => Math.min(1, Math.max(0, (position - pad) / length));
  const x = share(box.x, letterbox.padX, letterbox.width);
  const y = share(box.y, letterbox.padY, letterbox.height);
  return {
    x,
    y,
    width: share(box.x + box.width, letterbox.padX, letterbox.width) - x,
    height: share(box.y + box.height, letterbox.padY, letterbox.height) - y,
  };
}
