import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { Box, DetectedObject, Detections } from '../contracts/messages.ts';
import type { Picture } from '../contracts/ports.ts';
import type { Letterbox, Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import type { ExecutionProvider } from '../contracts/configs.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { readModelFile } from '../inference/model-file.ts';
import { openSession, type InputTensor } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import type { Outputs } from './decoders/family.ts';
import { Sieve } from './decoders/sieve.ts';
import { detectors } from './decoders/table.ts';
import { decodeForCanvas } from './encoded-picture.ts';
import { lookCloser } from './crops/look-closer.ts';
import { ModelCanvas, type RgbPixels } from './model-canvas.ts';
import { bestOf, suppressOverlaps, type Candidate } from './nms.ts';
import { isWholeRaw } from './picture.ts';
import { pictureInput } from './picture-input.ts';

export interface DetectionRequest {
  picture: Picture;
  threshold: number;
  /** Empty: all. */
  labels: ReadonlySet<string>;
  /** Parts of a raw picture to look at again, closely. */
  crops?: CropRequest;
}

export interface CropRequest {
  /** Where something moves or was lost, 0..1 of the picture, the most urgent first. */
  regions: readonly Box[];
  /** So many crops at most. */
  most: number;
  /** Score from which an object explains why something moves: nobody looks closer. */
  threshold: number;
  /** Shared memory of one number: how many pictures wait. While there are any, there are no crops. */
  waiting: Int32Array<SharedArrayBuffer>;
}

export interface DetectionReply extends Size {
  objects: DetectedObject[];
  /** Scores and boxes of the model that were no numbers, and were left out. */
  unusable: number;
  backend: string;
  /** Why the model does not run on what was wanted. */
  fallback?: string;
  /** Crops that were looked at. */
  crops: number;
  /** The times of the whole picture and its crops together. */
  timings: Omit<Detections['timings'], 'waitMs'>;
}

/** Objects of a picture, as a message holds. */
const mostObjects = 1000;

/**
 * Opens a detection model and answers with the objects of each picture. Blocks its thread while it works: it is what
 * the vision worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openDetection(
  model: ModelFor<'detection'>,
  provider?: ExecutionProvider,
): Promise<WorkerService<DetectionRequest, DetectionReply>> {
  const family = detectors[model.family];
  const firstClass = model.firstClass ?? family.firstClass ?? 0;
  const { bytes, header } = await readModelFile(model);
  const { name, format, place, feeds } = pictureInput(model, header);
  const canvas = new ModelCanvas(format);
  const session = await openSession(bytes, provider);
  const { backend, fallback } = session;

  const run = async (size: Size): Promise<Outputs> => {
    const besides = Object.entries(feeds).map(([input, make]): [string, InputTensor] => [input, make(size)]);
    return await session.run({ [name]: canvas.tensor, ...Object.fromEntries(besides) });
  };
  const decode = (outputs: Outputs, size: Size, wanted: readonly number[], threshold: number) => {
    const sieve = new Sieve(threshold);
    family.decode(outputs, { canvas: size, classes: model.labels.length, firstClass, wanted, sieve });
    const { candidates, unusable } = sieve;
    const { overlap } = family;
    return { unusable, candidates: overlap === undefined ? bestOf(candidates) : suppressOverlaps(candidates, overlap) };
  };

  // The first run is slow, and it proves that the model fits its description.
  const blank = { rgb: new Uint8Array(3), width: 1, height: 1 };
  const first = place(model.input);
  canvas.draw(blank, first);
  decode(await run(first.canvas), first.canvas, [], 1);

  return {
    async answer({ picture, threshold, labels, crops: wish }) {
      const timings = { preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 };
      const wanted = [...model.labels.keys()].filter(
        (index) => labels.size === 0 || labels.has(model.labels[index] ?? ''),
      );
      let unusable = 0;
      const look = async (pixels: RgbPixels, placement: Placement): Promise<DetectedObject[]> => {
        const started = performance.now();
        canvas.draw(pixels, placement);
        const drawn = performance.now();
        const outputs = await run(placement.canvas);
        const ran = performance.now();
        const decoded = decode(outputs, placement.canvas, wanted, threshold);
        unusable += decoded.unusable;
        const objects = decoded.candidates
          .flatMap((one) => toObject(one, placement.picture, model.labels))
          .slice(0, mostObjects);
        timings.preprocessMs += drawn - started;
        timings.inferenceMs += ran - drawn;
        timings.postprocessMs += performance.now() - ran;
        return objects;
      };
      const started = performance.now();
      const { pixels, placement, width, height } = await pixelsFor(picture, place);
      timings.preprocessMs += performance.now() - started;
      const objects = await look(pixels, placement);
      const closer = (crop: RgbPixels) => look(crop, place(crop));
      const found = wish ? await lookCloser(pixels, { objects, look: closer, ...wish }) : { objects, crops: 0 };
      const kept = { ...found, objects: found.objects.slice(0, mostObjects) };
      return { ...kept, unusable, width, height, backend, ...(fallback === undefined ? {} : { fallback }), timings };
    },
    release: () => session.release(),
  };
}

/** Raw frames are scaled while they are drawn; encoded ones while they are decoded. */
async function pixelsFor(
  picture: Picture,
  place: (picture: Size) => Placement,
): Promise<Size & { pixels: RgbPixels; placement: Placement }> {
  const { bytes, encoding, width, height } = picture;
  if (encoding === 'jpeg') return await decodeForCanvas(bytes, place);
  if (isWholeRaw(picture))
    return { width, height, pixels: { rgb: bytes, width, height }, placement: place({ width, height }) };
  throw new SentinelError(
    'ES_IMAGE_INVALID',
    `${bytes.length} bytes are no rgb24 picture of ${width} x ${height} pixels.`,
  );
}

/** Nothing for a candidate that lies beside the picture, in the bars. */
function toObject(
  { classIndex, score, box, keypoints }: Candidate,
  letterbox: Letterbox,
  labels: readonly string[],
): DetectedObject[] {
  const inPicture = toPicture(box, letterbox);
  if (inPicture.width <= 0 || inPicture.height <= 0) return [];
  const object = { label: labels[classIndex] ?? '', score: Math.min(1, score), box: inPicture };
  if (keypoints === undefined) return [object];
  const points = keypoints.map(({ x, y, ...point }) => ({
    ...point,
    x: (x - letterbox.padX) / letterbox.width,
    y: (y - letterbox.padY) / letterbox.height,
  }));
  return [{ ...object, keypoints: points }];
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
