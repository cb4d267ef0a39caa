import { SentinelError } from '../contracts/errors.ts';
import type { Size } from '../geometry/letterbox.ts';
import { placements, type Placement, type Resize } from '../geometry/placement.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { isFixed, words } from '../inference/model-file.ts';
import type { InputTensor } from '../inference/session.ts';
import type { ModelHeader } from '../onnx-format/inspect.ts';
import { shown } from '../onnx-format/shown.ts';
import type { PictureRecipe } from './decoders/family.ts';
import { factsOf } from './decoders/model-facts.ts';
import { detectors } from './decoders/table.ts';
import type { CanvasFormat, Plane } from './model-canvas.ts';

type DetectionModel = ModelFor<'detection'>;

/** How pictures get into a model: what its file asks for, filled as its family and its description say. */
export interface PictureInput {
  name: string;
  format: CanvasFormat;
  place: (picture: Size) => Placement;
  /** What the model wants besides, by the names of its inputs. */
  feeds: Readonly<Record<string, (canvas: Size) => InputTensor>>;
}

/** Where a picture lies on the canvas of a model, as far as its description says. */
export function placementFor(model: DetectionModel): (picture: Size) => Placement {
  const { resize } = recipeOf(model);
  return (picture) => placements[resize](picture, model.input);
}

/**
 * @throws SentinelError ES_MODEL_INVALID when the file asks for what the description does not mean, or for more than a
 * picture.
 */
export function pictureInput(model: DetectionModel, header: ModelHeader): PictureInput {
  const recipe = recipeOf(model);
  const { input, rank, layout, size, otherInputs } = factsOf(header);
  const element = input?.type;
  const [batch] = input?.shape ?? [];
  const channels = input?.shape.at(layout === 'planes' ? -3 : -1);
  if (input === undefined || (element !== 'float32' && element !== 'uint8') || (isFixed(channels) && channels !== 3)) {
    throw unsuitable(model, header, 'one picture of three colours as float32 or uint8');
  }
  if (rank === 4 && typeof batch === 'number' && batch > 1) throw unsuitable(model, header, 'one picture at a time');
  const { width, height } = model.input;
  // A network of a fixed size gets its whole canvas, however the family would have it.
  const resize: Resize = size !== undefined && recipe.resize.startsWith('shortest-edge') ? 'corner' : recipe.resize;
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    const message = `The model "${model.id}" takes pictures of ${size.width} x ${size.height}, and not of ${width} x ${height}.`;
    throw new SentinelError('ES_MODEL_INVALID', message, {
      hint: 'Leave the input size empty, or export the model for another one.',
    });
  }
  const known = detectors[model.family].feeds ?? {};
  const strange = otherInputs.find((name) => !Object.hasOwn(known, name));
  if (strange !== undefined) throw unsuitable(model, header, `nothing but a picture, and knows no "${shown(strange)}"`);
  return {
    name: input.name,
    format: { ...colourFormat(recipe), layout, element, batch: rank === 4 },
    place: (picture) => placements[resize](picture, model.input),
    feeds: Object.fromEntries(Object.entries(known).filter(([name]) => otherInputs.includes(name))),
  };
}

function recipeOf({ family, preprocessing = {} }: DetectionModel): PictureRecipe {
  return { ...detectors[family].recipe, ...preprocessing };
}

function colourFormat({ colours, mean, std, bars }: PictureRecipe): Pick<CanvasFormat, 'planes' | 'bars'> {
  const order = colours === 'rgb' ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
  const planes = order.map((channel, index): Plane => ({ channel, mean: mean[index] ?? 0, std: std[index] ?? 1 }));
  const grey = (channel: number) =>
    bars === 'mean' ? (planes.find((plane) => plane.channel === channel)?.mean ?? 0) : bars;
  return { planes, bars: [grey(0), grey(1), grey(2)] };
}

function unsuitable(model: DetectionModel, { inputs }: ModelHeader, means: string): SentinelError {
  return new SentinelError(
    'ES_MODEL_INVALID',
    `The model "${model.id}" takes ${inputs.slice(0, 4).map(words).join(' and ')}; its description means ${means}.`,
    { hint: `Correct the description, or export the model for this input. Its family is ${model.family}.` },
  );
}
