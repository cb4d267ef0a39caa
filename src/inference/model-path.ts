import { isAbsolute } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';

/** What looks like a place and not like the id of a model. */
const place = /[\\/]|^~|^[a-z]+:|\.onnx$/i;

/** Forms in which models come that are not ONNX. */
const otherForms = /\.(pt|pth|torchscript|safetensors|engine|trt|h5|hdf5|keras|tflite|pb|mlmodel|mlpackage|bin|zip)$/i;

/** What to do about a path that cannot work, the first that fits. */
const advice: readonly [when: RegExp, hint: string][] = [
  [/^https?:/i, 'Download it to the machine of Node-RED, and write where it lies there.'],
  [/^file:/i, 'Write the path alone, without file://.'],
  [/^~/, 'Write the whole path: here nobody knows what ~ stands for.'],
  [/\.pt$/i, 'Export it first; for YOLO: yolo export model=FILE format=onnx'],
  [otherForms, 'Export the model as ONNX first: in other forms it cannot be run here.'],
];

/**
 * Whether somebody means a file of his own, and not the id of a model of the catalogue.
 * @throws SentinelError ES_BAD_CONFIG for a path that cannot work, or nothing at all
 */
export function isOwnFile(idOrPath: string): boolean {
  if (idOrPath === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'No model is chosen.', {
      hint: 'Choose one of the catalogue, or write the path of an .onnx file.',
    });
  }
  const hint = advice.find(([when]) => when.test(idOrPath))?.[1];
  if (idOrPath.endsWith('.onnx')) {
    if (isAbsolute(idOrPath)) return true;
    throw new SentinelError('ES_BAD_CONFIG', `The model "${idOrPath}" is no absolute path.`, {
      hint: hint ?? 'Write the path of the .onnx file from the root folder on.',
    });
  }
  if (hint === undefined && !place.test(idOrPath)) return false;
  throw new SentinelError('ES_BAD_CONFIG', `The model "${idOrPath}" is no .onnx file.`, {
    hint: /\.onnx$/i.test(idOrPath)
      ? 'The name of the file has to end in .onnx, in small letters.'
      : (hint ?? 'Write the path of the file itself, from the root folder on.'),
  });
}
