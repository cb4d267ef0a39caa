import { SentinelError } from '../../contracts/errors.ts';
import type { Size } from '../../geometry/letterbox.ts';
import type { Resize } from '../../geometry/placement.ts';
import type { DetectionFamily } from '../../inference/model-description.ts';
import { words } from '../../inference/model-file.ts';
import type { ModelHeader } from '../../onnx-format/inspect.ts';
import { shown } from '../../onnx-format/shown.ts';
import { coco80 } from './coco.ts';
import type { Fit } from './family.ts';
import { factsOf, type ModelFacts } from './model-facts.ts';
import { detectors } from './table.ts';

/** What a model turns out to be, and what says so. */
export interface Recognised {
  family: DetectionFamily;
  labels: readonly string[];
  input: Size;
  firstClass?: 0 | 1;
  resize?: Resize;
  /** Sentences for people. */
  because: { family: string; labels: string; input: string };
}

/** Tasks of Ultralytics' exporter whose models give upright boxes. */
const readableTasks: ReadonlySet<string> = new Set(['detect', 'segment', 'pose']);
/** As a description may name. */
const mostClasses = 10_000;
const limits = { least: 32, most: 4096 };

/**
 * The family, labels and input of a model, from its own header.
 * @param wanted The family when somebody knows better.
 * @throws SentinelError ES_MODEL_INVALID when it is none that we know, or for another task.
 */
export function recognise(header: ModelHeader, wanted?: DetectionFamily): Recognised {
  const facts = factsOf(header);
  if (facts.task !== undefined && !readableTasks.has(facts.task)) {
    throw new SentinelError('ES_MODEL_INVALID', `The model says that it is for the task "${shown(facts.task)}".`, {
      hint: 'Upright boxes come from models for detection.',
    });
  }
  const { family, fit } = wanted === undefined ? familyOf(facts, header) : known(wanted, facts);
  const labels = labelsFor(fit, facts);
  const { input, because } = inputFor(family, facts);
  const corner = facts.size !== undefined && detectors[family].recipe.resize.startsWith('shortest-edge');
  const resize = fit.resize ?? (corner ? 'corner' : undefined);
  return {
    family,
    labels: labels.names,
    input,
    ...(fit.firstClass === undefined ? {} : { firstClass: fit.firstClass }),
    ...(resize === undefined ? {} : { resize }),
    because: { family: fit.because, labels: labels.because, input: because },
  };
}

function familyOf(facts: ModelFacts, header: ModelHeader): { family: DetectionFamily; fit: Fit } {
  for (const [family, { fits }] of Object.entries(detectors) as [
    DetectionFamily,
    (typeof detectors)[DetectionFamily],
  ][]) {
    const fit = facts.input === undefined ? undefined : fits(facts);
    if (fit !== undefined) return { family, fit };
  }
  const [takes, gives] = [header.inputs, header.outputs].map((values) => {
    return values.slice(0, 4).map(words).join(' and ') + (values.length > 4 ? '...' : '');
  });
  throw new SentinelError(
    'ES_MODEL_INVALID',
    `The family of the model is not recognised: it takes ${takes} and gives ${gives}.`,
    { hint: `Choose one in the dialog, or in a NAME.json beside it: ${Object.keys(detectors).sort().join(', ')}.` },
  );
}

function known(family: DetectionFamily, facts: ModelFacts): { family: DetectionFamily; fit: Fit } {
  const fit = detectors[family].fits(facts);
  return { family, fit: { ...fit, because: 'The family was chosen.' } };
}

function labelsFor({ classes, labels }: Fit, { names }: ModelFacts): { names: readonly string[]; because: string } {
  if (names !== undefined && (classes === undefined || classes === names.length)) {
    return { names, because: `${names.length} labels stand in its metadata.` };
  }
  if (labels?.length === 1) return { names: labels, because: `All that it finds is named "${labels.join('')}".` };
  if (labels !== undefined) return { names: labels, because: "The labels are COCO's." };
  if (classes === undefined) return { names: coco80, because: 'Nothing says how many classes it has: taken for COCO.' };
  if (classes === coco80.length) return { names: coco80, because: 'It has 80 classes: taken for those of COCO.' };
  if (classes < 1 || classes > mostClasses) {
    throw new SentinelError('ES_MODEL_INVALID', `The model would have ${classes} classes.`, {
      hint: 'Its outputs are not those of a detector, or of another family: choose that.',
    });
  }
  const numbered = Array.from({ length: classes }, (_, index) => `class ${index}`);
  return { names: numbered, because: `It has ${classes} classes and does not name them.` };
}

function inputFor(family: DetectionFamily, { size, metadata }: ModelFacts): { input: Size; because: string } {
  if (size !== undefined) return { input: size, because: `It takes pictures of ${size.width} x ${size.height}.` };
  const [height, width = height] = [...(metadata.imgsz ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const sane = [height, width].every((side) => side !== undefined && side >= limits.least && side <= limits.most);
  if (sane && height !== undefined && width !== undefined) {
    return { input: { width, height }, because: `Its metadata names the size ${width} x ${height}.` };
  }
  const { input } = detectors[family];
  return { input, because: `It takes any size: ${input.width} x ${input.height} is usual for its family.` };
}
