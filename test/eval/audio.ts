import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { asSentinelError, SentinelError } from '../../src/contracts/errors.ts';
import { judgeSounds } from './judge-sounds.ts';
import { soundDefaults } from './sound-finder.ts';
import { clipTable, soundTable } from './sound-table.ts';
import { foldCount } from './source-folds.ts';

const { glassBreak, gunshot, scream, forcedEntry } = soundDefaults;
const shipped = { glass_break: glassBreak, gunshot, scream, forced_entry: forcedEntry };

const help = `npm run -s eval:audio -- --manifest FILE [options]

Compares what audio-classify hears in sound files with what a manifest says of them. docs/evaluation.md says what its
figures mean.

  --manifest FILE    CSV with the columns file, class, fine, source, licence; paths are relative to it. Classes: ${Object.keys(shipped).join(', ')},
                     other; clips of any other class are left out. WAV, and whatever ffmpeg can decode.
  --model NAME       Id in the catalogue, or the path of an .onnx file; default ${soundDefaults.model}. "{fold}" in a path stands for
                     the number of the fold that is judged: each by the model that has not heard it.
  --folds source     ${foldCount} folds, each source in one of them, and the figures of each.
  --train            With --folds source: a head for each fold, trained on the clips of all others as sentinel-audio-train does, is
                     judged beside the model by the clips of its own fold.
  --fold N           Judge fold N alone, 0 to ${foldCount - 1}.
  --sources A,B,...  Judge clips from these sources alone.
  --json             One line of JSON instead of tables.
  --scores FILE      Write the scores of every clip into a CSV file.

Clips that are missing or cannot be decoded are named, counted, and left out.`;

/** Of the command line. */
class Misuse extends SentinelError {}

/** Refusals that are named one by one; the rest is counted. */
const mostNamed = 20;

async function main(): Promise<number> {
  const { manifest, model, folds, fold, sources, train = false, json = false, scores, ...values } = readOptions();
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (manifest === undefined) throw misuse('--manifest is needed.');
  if (folds !== undefined && folds !== 'source') throw misuse(`--folds is "${folds}"; there are only folds by source.`);
  if (train && (folds === undefined || fold !== undefined || sources !== undefined || model.includes('{fold}'))) {
    throw misuse('--train needs --folds source, one model, and the whole manifest.');
  }
  let refusals = 0;
  const { verdict, judged } = await judgeSounds({
    ...{ manifest, model, thresholds: shipped, folds: folds !== undefined, train },
    fold: fold === undefined ? undefined : foldNumber(fold),
    sources: sources?.split(',').map((source) => source.trim()),
    refused: (file, why) => {
      refusals += 1;
      if (refusals <= mostNamed) console.error(`${file} is left out: ${why}`);
    },
    progress: (done, all) => {
      if (process.stderr.isTTY) console.error(`${done} of ${all} clips`);
    },
    training: (of, clips) => {
      console.error(`Fold ${of}: a head learns from ${clips} clips of the other folds.`);
    },
  });
  if (refusals > mostNamed) console.error(`... and ${refusals - mostNamed} more.`);
  if (scores !== undefined) await writeFile(scores, clipTable(judged, Object.keys(shipped)));
  console.log(json ? JSON.stringify(verdict) : soundTable(verdict));
  return 0;
}

function readOptions() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      options: {
        ...{
          manifest: text,
          folds: text,
          fold: text,
          sources: text,
          scores: text,
          json: flag,
          train: flag,
          help: flag,
        },
        model: { ...text, default: soundDefaults.model },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw misuse(message.endsWith('.') ? message : `${message}.`);
  }
}

function foldNumber(text: string): number {
  const number = text.trim() === '' ? NaN : Number(text);
  if (Number.isInteger(number) && number >= 0 && number < foldCount) return number;
  throw misuse(`--fold is "${text}", and must be a number from 0 to ${foldCount - 1}.`);
}

function misuse(message: string): Misuse {
  return new Misuse('ES_BAD_INPUT', message, { hint: '--help says more.' });
}

process.exitCode = await main().catch((thrown: unknown) => {
  console.error(asSentinelError(thrown, 'ES_BAD_INPUT').toString());
  return thrown instanceof Misuse ? 2 : 1;
});
