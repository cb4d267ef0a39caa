import { existsSync } from 'node:fs';
import { gaussian, seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { openClassification, type Classified } from '../../../src/audio/classification.ts';
import { decisionOf } from '../../../src/audio/decision/settings.ts';
import { SourceDecision } from '../../../src/audio/decision/source-decision.ts';
import { shippedMapping } from '../../../src/audio/sound-mapping.ts';
import type { SoundClass } from '../../../src/contracts/messages.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import { levelOf } from '../../../src/pcm/level.ts';
import { soundWindow } from '../../../src/pcm/sound-window.ts';
import { readManifest } from '../../eval/sound-manifest.ts';
import { readSounds } from '../../eval/sound-files.ts';
import { soundDefaults } from '../../eval/sound-finder.ts';
import { sharedFile } from '../../requirements.ts';
import { rounded } from '../process-cost.ts';

const { sampleRate, samples: length, hop } = soundWindow;
const transient = 0.3 * sampleRate;
/** Before the loudest sample: the onset is part of the sound. */
const leadIn = 0.02 * sampleRate;
/** A faded end: cutting would click. */
const fade = 0.02 * sampleRate;
const placesPerClip = 10;
const sceneSeconds = 5;
/** A quiet room: noise at -60 dBFS. */
const roomLevel = 1e-3;
const peak = 0.3;
const classes: readonly SoundClass[] = ['glass_break', 'gunshot'];

/** How windows lie: samples from one to the next. */
const layouts = { overlapped: hop, quarter: hop / 2, disjoint: length } as const;
type Layout = keyof typeof layouts;

/**
 * Share of transients of 0.3 s, cut out of labelled panes and shots, at random places in a quiet room, that are heard with
 * each layout of windows: a window reaches the threshold of its class (`recall`), and audio-classify reports the class with its
 * shipped settings (`decided`). All layouts hear the same scenes.
 */
export async function transientRecall() {
  const manifest = sharedFile('audio', 'manifest.csv');
  if (!existsSync(manifest)) throw new Error(`missing: ${manifest}`);
  const clips = (await readManifest(manifest)).filter(({ class: name }) => classes.some((one) => one === name));
  const sounds = await readSounds(
    clips.map(({ path }) => path),
    () => {
      throw new Error('These are no WAV files.');
    },
  );
  const service = await openClassification(findModel(soundDefaults.model, 'sound'));
  const random = seededRandom(12);
  const heard = { overlapped: 0, quarter: 0, disjoint: 0 };
  const decided = { ...heard };
  let scenes = 0;
  try {
    for (const [index, sound] of sounds.entries()) {
      if (!(sound instanceof Float32Array)) continue;
      const name = clips[index]?.class ?? '';
      for (let place = 0; place < placesPerClip; place += 1) {
        const scene = sceneWith(cutOf(sound), random);
        scenes += 1;
        for (const layout of Object.keys(layouts) as Layout[]) {
          const verdict = await judge(service, scene, layouts[layout], name);
          if (verdict.reaches) heard[layout] += 1;
          if (verdict.isReported) decided[layout] += 1;
        }
      }
    }
  } finally {
    await service.release();
  }
  const shares = (counts: Record<Layout, number>) => ({
    overlapped: rounded(counts.overlapped / scenes, 3),
    quarter: rounded(counts.quarter / scenes, 3),
    disjoint: rounded(counts.disjoint / scenes, 3),
  });
  return { scenes, recall: shares(heard), decided: shares(decided) };
}

/** The 0.3 s around its loudest sample, at the level of all the others. */
function cutOf(sound: Float32Array): Float32Array {
  let loudest = 0;
  for (let at = 0; at < sound.length; at += 1) {
    if (Math.abs(sound[at] ?? 0) > Math.abs(sound[loudest] ?? 0)) loudest = at;
  }
  const start = Math.max(0, loudest - leadIn);
  const scale = peak / Math.max(1e-6, Math.abs(sound[loudest] ?? 0));
  const cut = sound.slice(start, start + transient);
  return cut.map((sample, at) => sample * scale * Math.min(1, (cut.length - at) / fade));
}

function sceneWith(cut: Float32Array, random: () => number): Float32Array {
  const scene = Float32Array.from({ length: sceneSeconds * sampleRate }, () => roomLevel * gaussian(random));
  // In the middle second and a half: every layout has windows all over it.
  const start = Math.floor((1.5 + 1.5 * random()) * sampleRate);
  for (const [at, sample] of cut.entries()) scene[start + at] = (scene[start + at] ?? 0) + sample;
  return scene;
}

async function judge(
  service: Awaited<ReturnType<typeof openClassification>>,
  scene: Float32Array,
  step: number,
  name: string,
): Promise<{ reaches: boolean; isReported: boolean }> {
  const starts: number[] = [];
  for (let start = 0; start + length <= scene.length; start += step) starts.push(start);
  const cuts = starts.map((start) => scene.slice(start, start + length));
  const windows = cuts.map((samples) => ({ source: 'scene', samples: samples.slice() }));
  const { results } = (await service.answer({ windows })) as Classified;
  const settings = decisionOf(soundDefaults, shippedMapping());
  const threshold = settings.thresholds[name] ?? 1;
  const decision = new SourceDecision(settings);
  let isReported = false;
  results.forEach(({ scores, top, named }, index) => {
    const capturedAt = 1e9 + (((starts[index] ?? 0) + length) / sampleRate) * 1000;
    const level = levelOf(cuts[index] ?? new Float32Array());
    const { triggered } = decision.judge({ capturedAt, scores, top, named, ...level });
    isReported ||= triggered.includes(name);
  });
  return { reaches: results.some(({ scores }) => (scores[name] ?? 0) >= threshold), isReported };
}
