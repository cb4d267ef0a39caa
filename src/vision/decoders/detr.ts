import type { Size } from '../../geometry/letterbox.ts';
import type { InputTensor } from '../../inference/session.ts';
import { shown } from '../../onnx-format/shown.ts';
import { coco90 } from './coco.ts';
import type { DetectorFamily, Outputs, View } from './family.ts';
import { centred, corners, misfit, named, scaled, shaped, sigmoid } from './outputs.ts';
import { imagenetRgb, unitRgb } from './recipes.ts';

const input = { width: 640, height: 640 };

/**
 * RT-DETR and D-FINE as their own exporters give them: a second input with the size that boxes shall have, which is the
 * canvas's here, and outputs `labels`, `boxes`, `scores` that are finished.
 */
export const rtDetr: DetectorFamily = {
  recipe: { ...unitRgb, resize: 'stretch', bars: 0 },
  input,
  feeds: { orig_target_sizes: originalSize },
  fits({ otherInputs }) {
    if (!otherInputs.includes('orig_target_sizes')) return undefined;
    return { because: 'An input orig_target_sizes beside the picture.' };
  },
  decode(outputs, { firstClass, wanted, sieve }) {
    const boxes = named(outputs, 'boxes').data;
    const classes = named(outputs, 'labels').data;
    const counting = new Set(wanted);
    named(outputs, 'scores').data.forEach((score, index) => {
      const classIndex = (classes[index] ?? NaN) - firstClass;
      if (!sieve.passes(score) || !counting.has(classIndex)) return;
      sieve.add({ classIndex, score, box: corners(boxes, index * 4) });
    });
  },
};

function originalSize({ width, height }: Size): InputTensor {
  return { data: BigInt64Array.of(BigInt(width), BigInt(height)), dims: [1, 2] };
}

/** RT-DETR of Ultralytics: [1, queries, 4 + classes], boxes in 0..1, sigmoid done. */
export const rtDetrUltralytics: DetectorFamily = {
  recipe: { ...unitRgb, resize: 'stretch', bars: 0 },
  input,
  fits({ outputs, metadata }) {
    const [{ shape } = { shape: [] }] = outputs;
    const width = shape[2];
    if (outputs.length !== 1 || !/rt-?detr/i.test(metadata.description ?? '') || typeof width !== 'number')
      return undefined;
    return { because: `The exporter calls it "${shown(metadata.description ?? '', 80)}".`, classes: width - 4 };
  },
  decode(outputs, view) {
    const width = 4 + view.classes;
    const { data, dims } = shaped(outputs, 1, undefined, width);
    for (let start = 0; start < (dims[1] ?? 0) * width; start += width) {
      for (const classIndex of view.wanted) {
        const score = data[start + 4 + classIndex] ?? NaN;
        if (view.sieve.passes(score))
          view.sieve.add({ classIndex, score, box: scaled(centred(data, start), view.canvas) });
      }
    }
  },
};

/** RT-DETR and D-FINE as Hugging Face's Optimum exports them: logits of each class by itself. */
export const rtDetrTransformers: DetectorFamily = {
  recipe: { ...unitRgb, resize: 'stretch', bars: 0 },
  input,
  fits(model) {
    const classes = model.output('logits')?.shape[2];
    if (model.output('pred_boxes') === undefined || typeof classes !== 'number' || classes === 92) return undefined;
    if (model.otherInputs.includes('pixel_mask')) return undefined;
    return { because: 'Outputs logits and pred_boxes.', classes };
  },
  decode(outputs, view) {
    decodeQueries(named(outputs, 'logits'), named(outputs, 'pred_boxes'), outputs, view, 0);
  },
};

/** DETR and YOLOS as Hugging Face's Optimum exports them: one of the classes, or none (the last), per query. */
export const detr: DetectorFamily = {
  recipe: { ...imagenetRgb, resize: 'shortest-edge', bars: 'mean' },
  input: { width: 1333, height: 800 },
  feeds: {
    pixel_mask: ({ width, height }) => ({
      data: new BigInt64Array(width * height).fill(1n),
      dims: [1, height, width],
    }),
  },
  fits(model) {
    const slots = model.output('logits')?.shape[2];
    if (model.output('pred_boxes') === undefined) return undefined;
    const masked = model.otherInputs.includes('pixel_mask');
    if (!masked && slots !== 92) return undefined;
    const because = `Outputs logits and pred_boxes, and ${masked ? 'an input pixel_mask' : '92 slots'}.`;
    if (slots === 92) return { because, classes: 90, firstClass: 1, labels: coco90 };
    return { because, ...(typeof slots === 'number' ? { classes: slots - 1 } : {}) };
  },
  decode(outputs, { canvas, firstClass, wanted, sieve }) {
    const { data: logits, dims } = named(outputs, 'logits');
    const boxes = named(outputs, 'pred_boxes').data;
    const slots = dims[2] ?? 0;
    for (let query = 0; query < (dims[1] ?? 0); query++) {
      const row = logits.subarray(query * slots, (query + 1) * slots);
      const highest = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
      const total = row.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
      for (const classIndex of wanted) {
        const score = Math.exp((row[classIndex + firstClass] ?? NaN) - highest) / total;
        if (sieve.passes(score)) sieve.add({ classIndex, score, box: scaled(centred(boxes, query * 4), canvas) });
      }
    }
  },
};

/**
 * RF-DETR (https://github.com/roboflow/rf-detr): `dets` in 0..1 and `labels`, logits of each class by itself. Those of COCO
 * stand at COCO's own numbers; of own classes the last slot is none of them.
 */
export const rfDetr: DetectorFamily = {
  recipe: { ...imagenetRgb, resize: 'stretch', bars: 0 },
  input: { width: 560, height: 560 },
  fits(model) {
    const [dets, labels] = [model.output('dets'), model.output('labels')];
    if (dets?.shape.length !== 3 || labels?.shape.length !== 3 || labels.type === 'int64') return undefined;
    const slots = labels.shape[2];
    const because = 'Outputs dets and labels.';
    if (slots === 91) return { because, classes: 90, firstClass: 1, labels: coco90 };
    return { because, ...(typeof slots === 'number' ? { classes: slots - 1 } : {}) };
  },
  decode(outputs, view) {
    decodeQueries(named(outputs, 'labels'), named(outputs, 'dets'), outputs, view, 1);
  },
};

/** @param spare How many slots there may be besides the classes. */
function decodeQueries(
  logits: Outputs[string],
  boxes: Outputs[string],
  outputs: Outputs,
  { canvas, classes, firstClass, wanted, sieve }: View,
  spare: number,
): void {
  const [, queries = 0, slots = 0] = logits.dims;
  if (logits.dims.length !== 3 || boxes.data.length !== queries * 4 || slots < classes || slots > classes + spare) {
    throw misfit(`logits of ${classes} classes and a box for each query`, outputs);
  }
  for (let query = 0; query < queries; query++) {
    for (const classIndex of wanted) {
      const score = sigmoid(logits.data[query * slots + classIndex + firstClass] ?? NaN);
      if (sieve.passes(score)) sieve.add({ classIndex, score, box: scaled(centred(boxes.data, query * 4), canvas) });
    }
  }
}
