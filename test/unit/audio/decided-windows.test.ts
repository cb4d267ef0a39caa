import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TalkLog } from '../../../src/audio/decision/talk-log.ts';
import type { SoundAnalysis } from '../../../src/audio/sound-analysis.ts';
import type { SoundJob, SoundOutcome } from '../../../src/audio/classifier.ts';
import type { RunningHead } from '../../../src/audio/heads/head.ts';
import type { AudioScores, AudioWindow, Cue } from '../../../src/contracts/messages.ts';
import { encodeWav } from '../../../src/pcm/wav.ts';
import { newAnalysis } from './new-analysis.ts';

const quiet = { glass_break: 0.02, gunshot: 0.02, scream: 0.02, forced_entry: 0.02 };
const samples = new Float32Array(15_600);

/** audio-classify with a model that says what a test wants to hear. */
class Ear {
  readonly talk = new TalkLog();
  readonly counted: string[] = [];
  readonly asked: string[] = [];
  readonly analysis: SoundAnalysis;
  at = 1_700_000_000_000;
  #says: Partial<SoundOutcome> = {};

  constructor() {
    const outcome = (): SoundOutcome => ({
      ...{ scores: quiet, top: [], named: {}, model: 'm', backend: 'b' },
      timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 },
      ...this.#says,
    });
    const classifier: Parameters<typeof newAnalysis>[0] = {
      classify: ({ source, key = '' }: SoundJob) => {
        this.asked.push(`${source} ${key}`);
        return Promise.resolve(outcome());
      },
      hear: (_wav, _wishes, take) => {
        const level = { dbfs: -40, peak: 0.1 };
        take({ ...outcome(), ...level, offset: 0 });
        return Promise.resolve({ ...outcome(), ...level, seconds: 1 });
      },
    };
    const count = (name: string, labels: Record<string, string> = {}): void => {
      this.counted.push([name, ...Object.values(labels)].join(' '));
    };
    this.analysis = newAnalysis(classifier, { talk: this.talk, metrics: { count }, trained: true });
  }

  async hear(
    scores: Record<string, number> = {},
    {
      site = 'home',
      source = 'mic',
      dbfs = -40,
      ...says
    }: Partial<SoundOutcome> & { site?: string; source?: string; dbfs?: number } = {},
  ): Promise<{ scores: AudioScores; counted: Record<string, number>; cues: Cue[] }> {
    this.at += 480;
    this.#says = { scores: { ...quiet, ...scores }, ...says };
    const window: AudioWindow = {
      ...{ v: 1, kind: 'audio-window', site, area: 'hall', source, capturedAt: this.at, seq: 0 },
      ...{ sampleRate: 16_000, hop: 7680, dbfs, peak: 0.1, record: false },
    };
    const verdict = await this.analysis.window(window, samples);
    assert.equal(verdict.outcome, 'scores');
    return verdict;
  }
}

describe('what audio-classify says of windows', () => {
  test('each source by itself, with the highest score so far', async () => {
    const ear = new Ear();
    await ear.hear({ glass_break: 0.7 }, { source: 'mic' });
    const other = await ear.hear({ glass_break: 0.7 }, { source: 'yard' });
    assert.deepEqual(other.scores.triggered, [], 'the window before was of another source');
    const same = await ear.hear({ glass_break: 0.65 }, { source: 'mic' });
    assert.deepEqual(same.scores.triggered, ['glass_break']);
    assert.equal(same.scores.highest?.glass_break, 0.7);
  });

  test('microphones of the same name at two sites are two', async () => {
    const ear = new Ear();
    await ear.hear({ glass_break: 0.7 }, { site: 'home' });
    assert.deepEqual((await ear.hear({ glass_break: 0.7 }, { site: 'barn' })).scores.triggered, []);
    assert.deepEqual(
      ear.asked,
      ['mic home\nmic', 'mic barn\nmic'],
      'also for the model, which remembers what it heard',
    );
    const { listening } = ear.analysis;
    listening.reset({ site: 'barn', source: 'mic' });
    const highest = () => listening.sources.map(({ classes }) => classes[0]?.highest);
    assert.deepEqual(highest(), [0.7, 0]);
    listening.reset();
    assert.deepEqual(highest(), [0, 0]);
  });

  test('scores as they count: less, where something that sounds alike is heard more clearly', async () => {
    const ear = new Ear();
    const { scores, counted } = await ear.hear({ scream: 0.7 }, { named: { Laughter: 0.9, Screaming: 0.2 } });
    assert.deepEqual([scores.scores.scream, counted.scream, counted.gunshot], [0.7, 0.7 - 0.25, quiet.gunshot]);
  });

  test('a source that was closed begins anew', async () => {
    const ear = new Ear();
    await ear.hear({ scream: 0.9 });
    ear.analysis.forget({ site: 'home', source: 'mic' });
    assert.deepEqual(ear.analysis.listening.sources, []);
    assert.deepEqual((await ear.hear({ scream: 0.5 })).scores.triggered, []);
  });

  test('a talk in its area mutes it, is counted once a sound, and leaves other areas alone', async () => {
    const ear = new Ear();
    ear.talk.note({ site: 'home', area: 'hall', capturedAt: ear.at, until: ear.at + 2000 });
    const { scores } = await ear.hear({ gunshot: 0.9 });
    await ear.hear({ gunshot: 0.9 });
    assert.deepEqual([scores.triggered, scores.muted?.unheard], [[], ['gunshot']]);
    assert.deepEqual(ear.counted, ['sounds_muted_total mic gunshot']);
    assert.equal(ear.analysis.listening.sources[0]?.unheard, 1);
    assert.equal(ear.talk.talkingUntil({ site: 'home', area: 'yard' }, ear.at - 975, ear.at), undefined);
  });

  test('levels that last are cues of the window, and over when nobody listens any more', async () => {
    const ear = new Ear();
    const cues: Cue[] = [];
    for (let window = 0; window < 130; window += 1) cues.push(...(await ear.hear({}, { dbfs: -100 })).cues);
    assert.deepEqual(
      cues.map(({ cue, score, source, area }) => [cue, score, source, area]),
      [['silence', 1, 'mic', 'hall']],
    );
    assert.deepEqual(ear.analysis.listening.sources[0]?.levels, ['silence']);
    assert.deepEqual(
      ear.analysis.end().map(({ cue, score }) => [cue, score]),
      [['silence', 0]],
    );
    assert.deepEqual(ear.analysis.end(), []);
  });

  test('a head of the user is heard beside the model: its own classes with their thresholds, ours as a mean', async () => {
    const ear = new Ear();
    const head: RunningHead = {
      ...{ version: 1, labels: ['danger', 'gunshot', 'safe'], modelSha256: '', model: 'm', sha256: '' },
      weights: new Float32Array(new SharedArrayBuffer(0)),
      bias: new Float32Array(new SharedArrayBuffer(0)),
      thresholds: { danger: 0.5, gunshot: 0.5 },
    };
    const { scores } = await ear.hear({ gunshot: 0.7 }, { head, trained: { danger: 0.85, gunshot: 0.9, safe: 0.1 } });
    assert.deepEqual(scores.triggered.toSorted(), ['danger', 'gunshot']);
    assert.equal(scores.thresholds.danger, 0.5);
    assert.equal(scores.scores.danger, 0.85);
    assert.ok((scores.scores.gunshot ?? 0) > 0.8, `${scores.scores.gunshot ?? NaN}`);
    assert.equal(scores.scores.safe, undefined);
  });

  test('a clip is a stream that is over: a single window at its threshold is enough', async () => {
    const ear = new Ear();
    await ear.hear({ glass_break: 0.65 });
    const identity = { site: 'home', area: 'clip', source: 'clip', capturedAt: 5000 };
    const scores = await ear.analysis.clip(encodeWav(samples, 16_000), identity);
    assert.deepEqual(scores.triggered, ['glass_break']);
    assert.equal(scores.sounds?.[0]?.since, 5000);
    assert.equal(scores.highest, undefined, 'it is no source');
  });
});
