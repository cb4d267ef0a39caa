import type { PictureRecipe } from './family.ts';

const none = { mean: [0, 0, 0], std: [1, 1, 1] };
/** Grey that YOLO-like models are trained with around their pictures. */
const grey = 114;

/** 0..1, what most exporters of PyTorch models expect. */
export const unitRgb = { colours: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] } as const;
/** -1..1. */
export const halvesRgb = { colours: 'rgb', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] } as const;
export const around127Rgb = { colours: 'rgb', mean: [127, 127, 127], std: [128, 128, 128] } as const;
/** Mean and deviation of ImageNet (0..1: .485 .456 .406 and .229 .224 .225), in bytes. */
export const imagenetRgb = { colours: 'rgb', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;
export const imagenetBgr = { colours: 'bgr', mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395] } as const;
export const bytesRgb = { colours: 'rgb', ...none } as const;
export const bytesBgr = { colours: 'bgr', ...none } as const;

/** Ultralytics and its kin. */
export const yoloRecipe: PictureRecipe = { ...unitRgb, resize: 'letterbox', bars: grey };
export const yoloxRecipe: PictureRecipe = { ...bytesBgr, resize: 'corner', bars: grey };
