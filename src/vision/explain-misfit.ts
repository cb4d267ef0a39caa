import { SentinelError } from '../contracts/errors.ts';
import type { ModelFor } from '../inference/model-description.ts';
import type { ModelHeader } from '../onnx-format/inspect.ts';
import { factsOf } from './decoders/model-facts.ts';
import { recognise } from './decoders/recognise.ts';
import { detectors } from './decoders/table.ts';

/** Why the outputs of a model cannot be read, in the words of who chose it: too few names, or another family. */
export function explainMisfit(error: unknown, model: ModelFor<'detection'>, header: ModelHeader): unknown {
  if (!(error instanceof SentinelError) || error.name !== 'ES_MODEL_INVALID') return error;
  const { family, labels } = model;
  const classes = detectors[family].fits(factsOf(header))?.classes;
  if (classes !== undefined && classes !== labels.length) {
    const message = `The model "${model.id}" has ${classes} classes, and ${labels.length} names are given for them.`;
    const hint = 'Give all of them in the order of its outputs, or none: then the names are its own.';
    return new SentinelError('ES_MODEL_INVALID', message, { hint, cause: error });
  }
  const looksLike = recognised(header);
  if (looksLike === undefined || looksLike === family) return error;
  const message = error.message.replace('A model of this family', `A model of the family ${family}`);
  const hint = `By its inputs and outputs it is of the family ${looksLike}: choose that, or let it be recognised.`;
  return new SentinelError('ES_MODEL_INVALID', message, { hint, cause: error });
}

function recognised(header: ModelHeader): string | undefined {
  try {
    return recognise(header).family;
  } catch {
    return undefined;
  }
}
