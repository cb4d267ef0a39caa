import { performance } from 'node:perf_hooks';
import { SentinelError } from '../contracts/errors.ts';
import type { Box, DetectedObject, Detections } from '../contracts/messages.ts';
import type { Picture } from '../contracts/ports.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import type { ExecutionProvider } from '../contracts/configs.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { readModelFile } from '../inference/model-file.ts';
import { openSession } from '../inference/session.ts';
import type { WorkerService } from '../inference/worker-port.ts';
import { decodeForCanvas } from './encoded-picture.ts';
import { lookCloser } from './crops/look-closer.ts';
import { explainMisfit } from './explain-misfit.ts';
import type { RgbPixels } from './model-canvas.ts';
import { isWholeRaw } from './picture.ts';
import { pictureInput } from './picture-input.ts';
import { PictureNetwork } from './picture-network.ts';
import { mostObjects, readOutputs } from './read-outputs.ts';

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

/** Pictures that are one run where that takes less time: more would wait for each other, and take memory of the card. */
const togetherAtMost = 4;

/**
 * Opens a detection model and answers with the objects of each picture. Blocks its thread while it works: it is what
 * the vision worker runs.
 * @param atOnce Pictures that are one run, at most; absent: as many as is quicker where the model runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openDetection(
  model: ModelFor<'detection'>,
  provider?: ExecutionProvider,
  atOnce?: number,
): Promise<WorkerService<DetectionRequest, DetectionReply>> {
  const { bytes, header } = await readModelFile(model);
  const input = pictureInput(model, header);
  const { place } = input;
  const session = await openSession(bytes, provider);
  const { backend, fallback, isParallel } = session;

  const most = atOnce ?? (isParallel ? togetherAtMost : 1);
  const network = await PictureNetwork.open({ session, header, input, size: model.input, most }, (outputs, blank) => {
    try {
      readOutputs(model, outputs, blank, { wanted: [], threshold: 1 });
    } catch (error) {
      throw explainMisfit(error, model, header);
    }
  });

  return {
    atOnce: network.atOnce,
    async answer({ picture, threshold, labels, crops: wish }) {
      const timings = { preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 };
      const wanted = [...model.labels.keys()].filter(
        (index) => labels.size === 0 || labels.has(model.labels[index] ?? ''),
      );
      let unusable = 0;
      const look = async (pixels: RgbPixels, placement: Placement): Promise<DetectedObject[]> => {
        const { outputs, preprocessMs, inferenceMs } = await network.look({ pixels, placement });
        const ran = performance.now();
        const seen = readOutputs(model, outputs, placement, { wanted, threshold });
        unusable += seen.unusable;
        timings.preprocessMs += preprocessMs;
        timings.inferenceMs += inferenceMs;
        timings.postprocessMs += performance.now() - ran;
        return seen.objects;
      };
      const started = performance.now();
      const { pixels, placement, width, height } = await pixelsFor(picture, place);
      timings.preprocessMs += performance.now() - started;
      const objects = await look(pixels, placement);
      const closer = (crop: RgbPixels) => look(crop, place(crop));
      const closely = { objects, look: closer, atOnce: network.atOnce };
      const found = wish ? await lookCloser(pixels, { ...closely, ...wish }) : { objects, crops: 0 };
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
