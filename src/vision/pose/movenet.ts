import { SentinelError } from '../../contracts/errors.ts';
import type { Size } from '../../geometry/letterbox.ts';
import { words } from '../../inference/model-file.ts';
import type { ModelHeader } from '../../onnx-format/inspect.ts';
import { factsOf } from '../decoders/model-facts.ts';
import type { Outputs } from '../decoders/family.ts';
import type { CanvasFormat } from '../model-canvas.ts';
import type { Keypoint } from '../nms.ts';
import { keypointNames } from './coco-keypoints.ts';

/** How a MoveNet for one person is fed. */
export interface MoveNetInput {
  name: string;
  /** A square. */
  size: Size;
  format: CanvasFormat;
}

const elements = ['int32', 'float32', 'uint8'] as const;
/** y, x, score. */
const values = 3;
const numbers = keypointNames.length * values;

/**
 * What a model file must look like to be a MoveNet for one person (Lightning or Thunder): a square picture of bytes,
 * RGB, and out of it [1, 1, 17, 3].
 * @throws SentinelError ES_MODEL_INVALID
 */
export function moveNetInput(header: ModelHeader): MoveNetInput {
  const { input, rank, layout, size, otherInputs, outputs } = factsOf(header);
  const element = elements.find((name) => name === input?.type);
  const shape = input?.shape ?? [];
  const channels = shape.at(layout === 'planes' ? -3 : -1);
  const [output, another] = outputs;
  const [points, each] = output?.shape.slice(-2) ?? [];
  const fits =
    input !== undefined &&
    element !== undefined &&
    rank === 4 &&
    channels === 3 &&
    size !== undefined &&
    size.width === size.height &&
    size.width >= 32 &&
    size.width <= 1024 &&
    otherInputs.length === 0 &&
    another === undefined &&
    points === keypointNames.length &&
    each === values;
  if (!fits) throw noMoveNet(header);
  const planes = ([0, 1, 2] as const).map((channel) => ({ channel, mean: 0, std: 1 }));
  return { name: input.name, size, format: { planes, bars: [0, 0, 0], layout, element, batch: true } };
}

/**
 * The points of the one body on the canvas, in 0..1 of it.
 * @returns undefined when some of the numbers are none.
 * @throws SentinelError ES_MODEL_INVALID when there are more or fewer than 17.
 */
export function decodeMoveNet(outputs: Outputs): Keypoint[] | undefined {
  const { data } = Object.values(outputs)[0] ?? { data: new Float32Array() };
  if (data.length !== numbers) {
    throw new SentinelError('ES_MODEL_INVALID', `The pose model gives ${data.length} numbers, not ${numbers}.`, {
      hint: 'Use MoveNet Lightning or Thunder for one person.',
    });
  }
  if (!data.every(Number.isFinite)) return undefined;
  return keypointNames.map((_, index) => {
    const [y = 0, x = 0, score = 0] = data.subarray(index * values);
    return { x, y, score: Math.min(1, Math.max(0, score)) };
  });
}

function noMoveNet({ inputs, outputs }: ModelHeader): SentinelError {
  const said = [inputs, outputs].map((all) => all.slice(0, 4).map(words).join(' and '));
  return new SentinelError(
    'ES_MODEL_INVALID',
    `The model is no MoveNet for one person: it takes ${said[0]} and gives ${said[1]}.`,
    { hint: 'MoveNet Lightning and Thunder take [1, 192, 192, 3] or [1, 256, 256, 3] and give [1, 1, 17, 3].' },
  );
}
