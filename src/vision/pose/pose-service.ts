import { performance } from 'node:perf_hooks';
import { SentinelError } from '../../contracts/errors.ts';
import type { Box } from '../../contracts/messages.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import { readModelFile } from '../../inference/model-file.ts';
import { openSession } from '../../inference/session.ts';
import type { WorkerService } from '../../inference/worker-port.ts';
import { cutOut } from '../crops/crop.ts';
import { ModelCanvas, type RgbPixels } from '../model-canvas.ts';
import type { Keypoint } from '../nms.ts';
import { squareAround, toPicturePoint, viewOf } from './body-square.ts';
import { decodeMoveNet, moveNetInput } from './movenet.ts';

export interface PoseRequest {
  picture: RgbPixels;
  /** In 0..1 of the picture, the most urgent first. */
  persons: readonly Box[];
  /** No person is begun who would not be done after so long. */
  budgetMs: number;
  /** Shared memory of one number: how many pictures wait. While there are any, nobody but the first has a turn. */
  waiting?: Int32Array<SharedArrayBuffer>;
}

export interface PoseReply {
  /** In 0..1 of the picture, in the order of the persons; shorter than they are when time was up. Undefined: nothing usable. */
  poses: (Keypoint[] | undefined)[];
  backend: string;
  /** All persons together. */
  timings: { cropMs: number; inferenceMs: number };
}

/**
 * Opens a pose model and answers with the points of each person's body. Blocks its thread while it works: it is what the
 * vision worker runs.
 * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID
 */
export async function openPose(model: ModelFor<'pose'>): Promise<WorkerService<PoseRequest, PoseReply>> {
  const { bytes, header } = await readModelFile(model);
  const { name, size, format } = moveNetInput(header);
  const canvas = new ModelCanvas(format);
  const session = await openSession(bytes);
  const run = async () => decodeMoveNet(await session.run({ [name]: canvas.tensor }));

  // The first run is slow, and it proves that the model is what it looks like.
  const blank = { rgb: new Uint8Array(3), width: 1, height: 1 };
  canvas.draw(blank, { canvas: size, picture: { padX: 0, padY: 0, ...size } });
  await run();

  return {
    async answer({ picture, persons, budgetMs, waiting }) {
      assertWhole(picture);
      const started = performance.now();
      const poses: PoseReply['poses'] = [];
      let inferenceMs = 0;
      let longestMs = 0;
      for (const person of persons) {
        const begun = performance.now();
        if (begun - started + longestMs > budgetMs) break;
        if (poses.length > 0 && waiting !== undefined && Atomics.load(waiting, 0) > 0) break;
        const view = viewOf(squareAround(person, picture), picture, size.width);
        if (view === undefined) {
          poses.push(undefined);
          continue;
        }
        canvas.draw(cutOut(picture, view.crop), { canvas: size, picture: view.placed });
        const drawn = performance.now();
        const points = await run();
        const ended = performance.now();
        inferenceMs += ended - drawn;
        longestMs = Math.max(longestMs, ended - begun);
        poses.push(points?.map(({ x, y, score }) => ({ ...toPicturePoint({ x, y }, view, picture), score })));
      }
      const cropMs = performance.now() - started - inferenceMs;
      return { poses, backend: session.backend, timings: { cropMs, inferenceMs } };
    },
    release: () => session.release(),
  };
}

function assertWhole({ rgb, width, height }: RgbPixels): void {
  if (rgb.length === width * height * 3 && rgb.length > 0) return;
  throw new SentinelError(
    'ES_IMAGE_INVALID',
    `${rgb.length} bytes are no rgb24 picture of ${width} x ${height} pixels.`,
  );
}
