import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbedder } from '../../src/audio/embedder.ts';
import { encodeOtherSounds, otherSoundsFile, type OtherSound } from '../../src/audio/training/material/other-sounds.ts';
import { tellingWindows } from '../../src/audio/training/material/telling-windows.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { AudioClassifyConfig } from '../../src/contracts/configs.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { soundFileDecoder } from '../../src/media/sound-file.ts';
import { everydaySounds } from './everyday-sounds.ts';
import { Value } from 'typebox/value';

/**
 * Writes models/other-sounds/<hash>.bin: embeddings of everyday sounds for the head that a user trains. To be run whenever a
 * sound model changes:
 *
 *     node scripts/models/other-embeddings.ts [--manifest FILE] [MODEL...]
 *
 * From recordings of two collections with a licence for it, and from what everyday-sounds.ts computes. The manifest is a
 * table with the columns file, class, fine, source and licence; its files lie beside it.
 */

/** So many recordings of each kind, by collection. ESC-10: CC BY 3.0, see models/PROVENANCE.md; Kenney: CC0. */
const wanted: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'ESC-10': Object.fromEntries(
    ['baby_cry', 'chainsaw', 'clock_tick', 'dog', 'fire', 'helicopter', 'rain', 'rooster', 'sea', 'sneeze'].map(
      (kind) => [kind, 15],
    ),
  ),
  'kenney-impact': { footsteps: 12, glass_hit: 8, impact: 20, wood_impact: 8 },
};

const { values, positionals } = parseArgs({
  options: { manifest: { type: 'string' } },
  allowPositionals: true,
});
const manifest = resolve(values.manifest ?? join(import.meta.dirname, '../../../shared/audio/manifest.csv'));
const decoder = soundFileDecoder(new SiteClock());

const clips: { name: string; window: Float32Array }[] = [];
for (const [source, kinds] of Object.entries(wanted)) {
  for (const [kind, count] of Object.entries(kinds)) {
    for (const file of filesOf(source, kind, count)) {
      const samples = await decoder.decode(join(dirname(manifest), file), { seconds: 60 });
      const [window] = tellingWindows(samples);
      if (window !== undefined) clips.push({ name: kind, window });
    }
  }
}
for (const { name, count, make } of everydaySounds) {
  for (let seed = 1; seed <= count; seed += 1) clips.push({ name, window: make(seed) });
}

const models = positionals.length > 0 ? positionals : [Value.Create(AudioClassifyConfig).model];
for (const id of models) {
  const model = findModel(id, 'sound');
  if (model.sha256 === undefined) throw new Error(`The model ${id} has no hash in its description.`);
  const embedder = await openEmbedder(model);
  const embeddings = await embedder.embed(clips.map(({ window }) => window));
  await embedder.release();
  const sounds = clips.map(({ name }, index): OtherSound => ({
    name,
    embedding: embeddings[index] ?? new Float32Array(),
  }));
  const file = otherSoundsFile(model.sha256);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encodeOtherSounds(sounds, model.sha256));
  console.log(`${file}: ${sounds.length} sounds, ${embeddings[0]?.length ?? 0} numbers each`);
}

/** Evenly chosen from the manifest, always the same ones. */
function filesOf(source: string, kind: string, count: number): string[] {
  const [head = '', ...lines] = readFileSync(manifest, 'utf8').trim().split(/\r?\n/);
  const columns = head.split(',');
  const column = (line: string, name: string): string => line.split(',')[columns.indexOf(name)] ?? '';
  const fitting = lines
    .filter((line) => column(line, 'class') === 'other')
    .filter((line) => column(line, 'source') === source && column(line, 'fine') === kind)
    .map((line) => column(line, 'file'))
    .sort();
  if (fitting.length < count) throw new Error(`The manifest has ${fitting.length} files of ${source}, ${kind}.`);
  return Array.from({ length: count }, (_, index) => fitting[Math.floor((index * fitting.length) / count)] ?? '');
}
