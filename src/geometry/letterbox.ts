export interface Size {
  width: number;
  height: number;
}

/** Where a picture lies inside a larger canvas of another shape. In whole pixels of the canvas. */
export interface Letterbox extends Size {
  /** Empty columns to the left. */
  padX: number;
  /** Empty rows above. */
  padY: number;
}

/**
 * Fits a picture into a canvas without distortion, centred; of an odd remainder the larger half is to the right and
 * below. `width` and `height` of the result are the ones of the scaled picture.
 */
export function fitLetterbox(from: Size, to: Size): Letterbox {
  const scale = Math.min(to.width / from.width, to.height / from.height);
  const width = Math.max(1, Math.round(from.width * scale));
  const height = Math.max(1, Math.round(from.height * scale));
  return { padX: Math.floor((to.width - width) / 2), padY: Math.floor((to.height - height) / 2), width, height };
}
