import { parseArgs } from 'node:util';
import { asSentinelError, SentinelError } from '../../src/contracts/errors.ts';
import { readConfig } from '../../src/contracts/read-config.ts';
import { coco80 } from '../../src/vision/decoders/coco.ts';
import { judgePictures } from './judge-pictures.ts';
import { groups } from './score-sheet.ts';

const defaults = readConfig('detectron-infer', {}, () => undefined);
const help = `npm run -s eval:vision -- --images DIR --labels DIR [options]

Compares what detectron-infer finds in pictures (.jpg, .jpeg, .png, .webp) with what is labelled in them, and prints one
line of JSON. docs/evaluation.md says what its figures mean.

  --images DIR       Pictures. Folders in it are not looked into.
  --labels DIR       For a.jpg the file a.txt, a line for each object: class centre-x centre-y width height; the class is a
                     number of COCO's 80 from 0, the rest 0..1 of the picture. More columns are passed over. Nothing is in
                     pictures whose file is empty or absent.
  --model NAME       Id in the catalogue, or the path of an .onnx file; default ${defaults.model}.
  --threshold SCORE  For precision and recall; default ${defaults.threshold}, that of detectron-infer.
  --floor SCORE      Lowest score that counts for the average precision; default 0.05.
  --classes A,B,...  What the numbers in the label files mean, where that is not COCO.

vehicle is ${groups.vehicle.join(', ')}; bag is ${groups.bag.join(', ')}: one is as good as another.
Pictures that cannot be decoded are named, counted as refused, and left out.`;

/** Of the command line. */
class Misuse extends SentinelError {}

async function main(): Promise<number> {
  const { images, labels, model, classes, ...values } = readOptions();
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (images === undefined || labels === undefined) throw misuse('Both --images and --labels are needed.');
  const [threshold, floor] = [share('threshold', values.threshold), share('floor', values.floor)];
  if (floor > threshold) throw misuse(`The floor ${floor} lies above the threshold ${threshold}.`);
  const names = classes?.split(',').map((name) => name.trim()) ?? coco80;
  const verdict = await judgePictures({
    ...{ images, labels, model, threshold, floor, classes: names },
    refused: (picture, why) => {
      console.error(`${picture} is left out: ${why.message}`);
    },
  });
  if (verdict.unknown_classes.length > 0) {
    console.error(`The model does not know ${verdict.unknown_classes.join(', ')}: they count 0 in map50.`);
  }
  console.log(JSON.stringify({ ...verdict, model, threshold, floor }));
  return 0;
}

function readOptions() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: {
        ...{ images: text, labels: text, classes: text, help: { type: 'boolean' } },
        model: { ...text, default: defaults.model },
        threshold: { ...text, default: String(defaults.threshold) },
        floor: { ...text, default: '0.05' },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw misuse(message.endsWith('.') ? message : `${message}.`);
  }
}

function share(name: string, value: string): number {
  const number = value.trim() === '' ? NaN : Number(value);
  if (number >= 0 && number <= 1) return number;
  throw misuse(`--${name} is "${value}", and must be a number from 0 to 1.`);
}

function misuse(message: string): Misuse {
  return new Misuse('ES_BAD_INPUT', message, { hint: '--help says more.' });
}

process.exitCode = await main().catch((thrown: unknown) => {
  console.error(asSentinelError(thrown, 'ES_BAD_INPUT').toString());
  return thrown instanceof Misuse ? 2 : 1;
});
