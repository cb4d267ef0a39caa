import { fitLetterbox, type Letterbox, type Size } from './letterbox.ts';

/** Where a picture lies on the canvas that a model looks at, and how large that canvas is. */
export interface Placement {
  canvas: Size;
  picture: Letterbox;
}

/** Sides of a canvas without a fixed size are multiples of this where a network halves its picture five times. */
const coarsest = 32;

/**
 * How a picture is brought to the size of a model's input.
 * `letterbox`: in proportion, centred. `corner`: in proportion, at the top left. `stretch`: over the whole canvas.
 * `shortest-edge`: in proportion, until the shorter side is as long as the shorter side of `input`, or the longer as its
 * longer; the canvas is as large as the picture. `shortest-edge-32`: the same, the canvas rounded up to multiples of 32.
 */
export const placements = {
  letterbox: (picture: Size, input: Size): Placement => ({ canvas: input, picture: fitLetterbox(picture, input) }),
  corner: (picture: Size, input: Size): Placement => {
    return { canvas: input, picture: { ...fitLetterbox(picture, input), padX: 0, padY: 0 } };
  },
  stretch: (_picture: Size, input: Size): Placement => ({ canvas: input, picture: { ...input, padX: 0, padY: 0 } }),
  'shortest-edge': (picture: Size, input: Size): Placement => {
    const { width, height } = scaledByShortestEdge(picture, input);
    return { canvas: { width, height }, picture: { width, height, padX: 0, padY: 0 } };
  },
  'shortest-edge-32': (picture: Size, input: Size): Placement => {
    const { width, height } = scaledByShortestEdge(picture, input);
    const up = (length: number) => Math.ceil(length / coarsest) * coarsest;
    return { canvas: { width: up(width), height: up(height) }, picture: { width, height, padX: 0, padY: 0 } };
  },
} as const;

export type Resize = keyof typeof placements;

function scaledByShortestEdge({ width, height }: Size, input: Size): Size {
  const shortest = Math.min(input.width, input.height);
  const longest = Math.max(input.width, input.height);
  const scale = Math.min(shortest / Math.min(width, height), longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
