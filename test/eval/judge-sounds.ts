import { SentinelError } from '../../src/contracts/errors.ts';
import { soundClasses } from '../../src/contracts/messages.ts';
import { HeldOutHeads } from './held-out-heads.ts';
import { openSoundFinder } from './sound-finder.ts';
import { readManifest, type LabelledClip } from './sound-manifest.ts';
import { rounded, soundFigures, type ScoredClip } from './sound-sheet.ts';
import { foldCount, sourceFolds, sourceOf } from './source-folds.ts';

export interface SoundQuestion {
  manifest: string;
  /** Id in the catalogue or path of an `.onnx` file. `{fold}` in it stands for the number of the fold that is judged. */
  model: string;
  /** Lowest score that counts, of each class that is judged. */
  thresholds: Readonly<Record<string, number>>;
  /** Figures of each fold as well. */
  folds: boolean;
  /** Judge a head beside the model, for each fold trained on all others. */
  train: boolean;
  /** Judge this fold alone. */
  fold?: number | undefined;
  /** Judge these sources alone. */
  sources?: readonly string[] | undefined;
  /** Told of every clip that cannot be judged. */
  refused: (file: string, why: string) => void;
  /** Told how many clips were judged, now and then. */
  progress: (done: number, all: number) => void;
  /** Told when a head is trained. */
  training: (fold: number, clips: number) => void;
}

type Sorted = LabelledClip & { fold: number | undefined };
type Judged = ScoredClip & { fold: number | undefined };
type Finder = Awaited<ReturnType<typeof openSoundFinder>>;

/** Clips that are decoded in one run. */
const together = 16;
const progressEvery = 200;

/**
 * Compares what audio-classify hears in sound files with what a manifest says of them.
 * @throws SentinelError ES_BAD_INPUT (manifest, folds, nothing to judge), and whatever is wrong with the model
 */
export async function judgeSounds(question: SoundQuestion) {
  const { manifest, model, thresholds } = question;
  const listed = await readManifest(manifest);
  const { chosen, sourcesOf } = chooseClips(listed, question);
  const judgable = (name: string): boolean => name === 'other' || Object.hasOwn(thresholds, name);
  const clips = chosen.filter((clip) => judgable(clip.class));
  if (clips.length === 0) throw nothing(`Of its ${listed.length} clips none is left that can be judged.`);
  const groups = model.includes('{fold}') ? Map.groupBy(clips, ({ fold }) => fold) : new Map([[undefined, clips]]);
  const judged: Judged[] = [];
  const counts = { missing: 0, unreadable: 0 };
  const backends = new Set<string>();
  for (const [fold, group] of groups) {
    const finder = await openSoundFinder(model.replaceAll('{fold}', String(fold)));
    backends.add(finder.backend);
    const heads = question.train ? new HeldOutHeads(await finder.embedder(), thresholds, finder.counted) : undefined;
    try {
      for await (const heard of hear(group, withHeads(finder, heads), counts, question)) {
        judged.push(heard);
        if (judged.length % progressEvery === 0) question.progress(judged.length, clips.length);
      }
      const scores = new Map(heads?.scores(question.training));
      judged.forEach((clip) => {
        clip.scores = scores.get(clip.file) ?? clip.scores;
      });
    } finally {
      await heads?.release();
      await finder.close();
    }
  }
  if (judged.length === 0) throw nothing(`Not one of its ${clips.length} clips can be read.`);
  const verdict = {
    clips: judged.length,
    model: question.train ? `${model} with trained heads` : model,
    ...soundFigures(judged, thresholds),
    ...counts,
    left_out: tally(chosen.filter((clip) => !judgable(clip.class)).map((clip) => clip.class)),
    backend: [...backends].join(', '),
  };
  if (!question.folds) return { verdict, judged };
  const folds = Array.from({ length: foldCount }, (_, fold) => ({ fold, sources: sourcesOf(fold) })).flatMap((fold) => {
    const part = judged.filter((clip) => clip.fold === fold.fold);
    return part.length === 0 ? [] : [{ ...fold, clips: part.length, ...soundFigures(part, thresholds) }];
  });
  return { verdict: { ...verdict, folds, fold_mean_ap: meanPrecisions(folds, Object.keys(thresholds)) }, judged };
}

/** The clips of the folds and sources that are asked for. Folds are those of the whole manifest, whatever is chosen of it. */
function chooseClips(listed: readonly LabelledClip[], { model, folds, train, fold, sources }: SoundQuestion) {
  const isEvent = (name: string): boolean => (soundClasses as readonly string[]).includes(name);
  const foldOf =
    folds || train || fold !== undefined || model.includes('{fold}') ? sourceFolds(listed, isEvent) : undefined;
  const known = new Set(listed.map(({ source }) => source));
  const strange = sources?.filter((source) => !known.has(source)) ?? [];
  if (strange.length > 0) {
    throw nothing(`No clip is from ${strange.join(', ')}.`, `The sources are ${[...known].join(', ')}.`);
  }
  const sorted: Sorted[] = listed.map((clip) => ({ ...clip, fold: foldOf?.get(sourceOf(clip)) }));
  return {
    chosen: sorted.filter((clip) => {
      return (fold === undefined || clip.fold === fold) && sources?.includes(clip.source) !== false;
    }),
    sourcesOf: (wanted: number) => [...(foldOf ?? [])].flatMap(([source, own]) => (own === wanted ? [source] : [])),
  };
}

/** Scores clips in their order; the next ones are decoded meanwhile. */
async function* hear(
  clips: readonly Sorted[],
  { read, find }: ReturnType<typeof withHeads>,
  counts: { missing: number; unreadable: number },
  { refused }: SoundQuestion,
): AsyncGenerator<Judged> {
  const readFrom = (start: number) => read(clips.slice(start, start + together).map(({ path }) => path));
  let next = readFrom(0);
  for (let start = 0; start < clips.length; start += together) {
    const sounds = await next;
    next = readFrom(start + together);
    // It is waited for only when these are heard.
    next.catch(() => undefined);
    for (const [index, sound] of sounds.entries()) {
      const clip = clips[start + index];
      if (clip === undefined) continue;
      if (sound instanceof Float32Array) {
        yield { ...clip, ...(await find(sound, clip)) };
        continue;
      }
      const absent = (sound.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
      counts[absent ? 'missing' : 'unreadable'] += 1;
      refused(clip.file, absent ? 'there is no such file' : sound.message);
    }
  }
}

/** The finder, whose clips the heads get to know as well. */
function withHeads({ read, find }: Finder, heads: HeldOutHeads | undefined) {
  return {
    read,
    find: async (samples: Float32Array, { file, fold = 0, ...clip }: Sorted) => {
      const heard = await find(samples);
      await heads?.add(file, { label: clip.class, fold, samples }, heard.windows);
      return heard;
    },
  };
}

function meanPrecisions(
  folds: readonly { classes: Record<string, { ap: number | null }> }[],
  names: readonly string[],
) {
  return Object.fromEntries(
    names.map((name) => {
      const known = folds.flatMap(({ classes }) => classes[name]?.ap ?? []);
      return [name, known.length === 0 ? null : rounded(known.reduce((sum, ap) => sum + ap, 0) / known.length)];
    }),
  );
}

function tally(names: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(names, (name) => name);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]));
}

function nothing(why: string, hint?: string): SentinelError {
  return new SentinelError('ES_BAD_INPUT', `The manifest cannot be judged. ${why}`, hint === undefined ? {} : { hint });
}
