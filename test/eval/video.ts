import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfig } from '../../src/contracts/read-config.ts';
import { trackVideo } from './video-tracks.ts';

/**
 * `npm run -s eval:video -- FILE`: what detector and tracker make of a video, as one JSON object. With `--people N`, how many
 * people there really are, `id_switches` says how many ids too many they got.
 */
const usage = 'eval:video -- FILE [--people N] [--rate 5] [--model ID] [--threshold 0.4] [--labels person,knife]';
const defaults = readConfig('detectron-infer', {}, () => undefined);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: 'string' },
    rate: { type: 'string', default: '5' },
    model: { type: 'string', default: defaults.model },
    threshold: { type: 'string', default: String(defaults.threshold) },
    labels: { type: 'string', default: defaults.labels },
  },
});
const [file] = positionals;
const [rate, threshold] = [Number(values.rate), Number(values.threshold)];
const people = values.people === undefined ? undefined : Number(values.people);
if (file === undefined || !(rate > 0) || !(threshold >= 0) || Number.isNaN(people)) {
  console.error(usage);
  process.exitCode = 2;
} else if (!existsSync(file)) {
  console.error(`There is no file ${file}.`);
  process.exitCode = 1;
} else {
  const labels = values.labels.split(',').map((label) => label.trim());
  const question = { file, rate, threshold, model: values.model, labels: labels.filter(Boolean) };
  const tracks = await trackVideo(question).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
  const persons = tracks.tracks.filter(({ label }) => label === 'person').length;
  const switches = people === undefined ? {} : { people, id_switches: Math.max(0, persons - people) };
  console.log(JSON.stringify({ file, model: values.model, rate, threshold, ...tracks, persons, ...switches }));
}
