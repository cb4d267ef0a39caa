import type { Prediction, SoundModelStatus } from '../src/contracts/prediction.ts';
import type { TrainingResults, TrainingStatus } from '../src/contracts/training.ts';
import { ApiClient, ApiFailure } from './api-client.ts';
import { apiRoots } from './api-root.ts';
import { afterDrawing, vue } from './browser.ts';
import { drawHistory, drawSpectrogram } from './lab-drawing.ts';
import { classWord, labSpeaker, type LabWord } from './lab-words.ts';
import type { DashboardSetup } from './page.ts';
import { chooseLanguage } from './words.ts';

const pollMs = 3000;
const themeKey = 'echosight-lab-colours';
/** A clip of which it was at least so sure counts as one that it was sure of. */
const sureFrom = 0.8;
/** From this distance between what was learnt and what was held out on, it has memorised. */
const largeGap = 0.15;

const initial = {
  phase: 'idle' as 'idle' | 'sending' | 'heard' | 'begun' | 'failed',
  isOver: false,
  name: '',
  sentence: '',
  result: undefined as Prediction | undefined,
  /** Address of the file, for the player. */
  sound: '',
  status: undefined as SoundModelStatus | undefined,
  training: undefined as TrainingStatus | undefined,
  isUp: undefined as boolean | undefined,
  isSentinel: false,
};

export type Lab = ReturnType<typeof createLab>;

/** The page behind sound-lab.vue. */
export function createLab(setup: DashboardSetup) {
  const { tag, language } = chooseLanguage(navigator.languages);
  const say = labSpeaker(language);
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const percent = (share: number): string => percents.format(share);
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot));
  const state = vue().reactive({ ...initial, isSentinel: localStorage.getItem(themeKey) === '1' });
  let polling: ReturnType<typeof setInterval> | undefined;
  let place: HTMLElement | undefined;
  let request = 0;

  async function poll(): Promise<void> {
    if (document.hidden) return;
    try {
      const before = JSON.stringify(state.training?.session?.results?.history.length);
      [state.status, state.training] = await Promise.all([api.soundStatus(), api.training()]);
      state.isUp = true;
      if (JSON.stringify(state.training.session?.results?.history.length) !== before) redraw();
    } catch {
      state.isUp = false;
    }
  }

  /** The canvases are there only after what they belong to was drawn. */
  function redraw(): void {
    afterDrawing(() => {
      const [heard, history] = ['.es-spectrogram', '.es-history'].map((name) => {
        return place?.querySelector<HTMLCanvasElement>(name) ?? undefined;
      });
      const { spectrogram } = state.result ?? {};
      if (heard !== undefined && spectrogram !== undefined) drawSpectrogram(heard, spectrogram);
      if (history !== undefined) drawHistory(history, results()?.history ?? []);
    });
  }

  function results(): TrainingResults | undefined {
    return state.training?.session?.results;
  }

  async function bring(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    const mine = ++request;
    const isZip = /\.zip$/i.test(file.name);
    state.name = file.name;
    state.phase = 'sending';
    state.sentence = say(isZip ? 'learning' : 'listening', { name: file.name });
    try {
      if (isZip) {
        await api.retrain(file);
        if (mine !== request) return;
        state.phase = 'begun';
        state.sentence = say('begun', { name: file.name });
        void poll();
        return;
      }
      const result = await api.predict(file);
      if (mine !== request) return;
      if (state.sound !== '') URL.revokeObjectURL(state.sound);
      state.sound = URL.createObjectURL(file);
      state.result = result;
      state.phase = 'heard';
      state.sentence = say('verdict', { class: say(result.class), confidence: percent(result.confidence) });
      redraw();
      void poll();
    } catch (error) {
      if (mine !== request) return;
      state.phase = 'failed';
      state.sentence = failureText(error);
    }
  }

  function failureText(error: unknown): string {
    if (error instanceof ApiFailure) return say(error.kind, { detail: error.message });
    return say('other', { detail: error instanceof Error ? error.message : String(error) });
  }

  return Object.assign(state, {
    say,
    language,
    percent,
    bring,
    seconds: (value: number): string => numbers.format(value),
    width: (share: number): string => `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`,
    word: (name: string): string => classWord(say, name),
    over(isOver: boolean): void {
      state.isOver = isOver;
    },
    dropped(event: DragEvent): void {
      state.isOver = false;
      void bring(event.dataTransfer?.files[0]);
    },
    chosen(event: Event): void {
      const input = event.target as HTMLInputElement;
      void bring(input.files?.[0]);
      // The same file may be chosen again.
      input.value = '';
    },
    toggleColours(): void {
      state.isSentinel = !state.isSentinel;
      localStorage.setItem(themeKey, state.isSentinel ? '1' : '0');
      redraw();
    },
    /** Classes, highest first. */
    classes(): { name: string; score: number; threshold: number; fires: boolean }[] {
      const { scores = {}, thresholds = {}, triggered = [] } = state.result ?? {};
      return Object.entries(scores)
        .map(([name, score]) => ({ name, score, threshold: thresholds[name] ?? 1, fires: triggered.includes(name) }))
        .sort((a, b) => b.score - a.score);
    },
    topNames: (): string =>
      (state.result?.top ?? []).map(({ label, score }) => `${label} ${percent(score)}`).join(', '),
    modelWords(): string {
      const { status } = state;
      if (status === undefined) return '';
      return `${status.model}, ${say(!status.usable ? 'unusable' : status.loaded ? 'loaded' : 'unloaded')}`;
    },
    trainingWords(): string {
      const { training } = state;
      if (training === undefined) return '';
      const { state: at, progress, active, session } = training;
      if (at === 'failed') return session?.error?.message ?? say('failed');
      if (at === 'done') {
        return session?.version === active ? say('done', { version: active ?? '' }) : say('doneUnused');
      }
      const word: LabWord = at === 'training' ? 'training' : at;
      return at === 'idle' || at === 'cancelled' ? say(word) : `${say(word)} ${percent(progress)}`;
    },
    results,
    datasetText(): string {
      const sorted = [...(results()?.classes ?? [])].sort((a, b) => b.clips - a.clips);
      const [largest, smallest] = [sorted[0], sorted.at(-1)];
      if (largest === undefined || smallest === undefined) return '';
      const { falseAlarms = 0, windows = 0 } = results()?.other ?? {};
      const names = { largest: classWord(say, largest.label), smallest: classWord(say, smallest.label) };
      const times = numbers.format(largest.clips / Math.max(1, smallest.clips));
      return say('datasetText', {
        ...{ clips: sorted.reduce((sum, { clips }) => sum + clips, 0), classes: sorted.length },
        balance: largest.clips === smallest.clips ? say('balanced') : say('unbalanced', { ...names, times }),
        alarms: windows === 0 ? say('noAlarms') : say('alarms', { alarms: falseAlarms, windows }),
      });
    },
    /** Share of the largest class. */
    clipShare: (clips: number): number => clips / Math.max(1, ...(results()?.classes ?? []).map((one) => one.clips)),
    historyText(): string {
      const history = results()?.history ?? [];
      const last = history.at(-1);
      if (last === undefined) return '';
      const isLarge = last.accuracy - last.heldOutAccuracy >= largeGap;
      return say('historyText', {
        ...{ epochs: history.length, heldOut: percent(last.heldOutAccuracy), learnt: percent(last.accuracy) },
        gap: say(isLarge ? 'gapLarge' : 'gapSmall'),
      });
    },
    /** Columns of the confidence chart, as shares of the highest one. */
    confidenceBars(): { from: number; right: number; wrong: number }[] {
      const { bins = [], right = [], wrong = [] } = results()?.confidence ?? {};
      const highest = Math.max(1, ...bins.map((_, index) => (right[index] ?? 0) + (wrong[index] ?? 0)));
      return bins.map((from, index) => {
        return { from, right: (right[index] ?? 0) / highest, wrong: (wrong[index] ?? 0) / highest };
      });
    },
    confidencesText(): string {
      const { bins = [], right = [], wrong = [] } = results()?.confidence ?? {};
      const sum = (counts: readonly number[]): number => {
        return counts.reduce((total, count, index) => total + ((bins[index] ?? 0) >= sureFrom - 1e-9 ? count : 0), 0);
      };
      const count = sum(right) + sum(wrong);
      return say('confidencesText', { sure: percent(sureFrom), count, right: sum(right) });
    },
    attach(element: HTMLElement): void {
      place = element.parentElement ?? element;
      clearInterval(polling);
      polling = setInterval(() => void poll(), pollMs);
      void poll();
      redraw();
    },
    detach(): void {
      clearInterval(polling);
    },
  });
}
