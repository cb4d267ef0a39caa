import type { Prediction, SoundModelStatus } from '../../src/contracts/prediction.ts';
import type { TrainingStatus } from '../../src/contracts/training.ts';
import { ApiClient, ApiFailure } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { afterDrawing, tab, vue } from '../browser.ts';
import { labCharts } from './lab-charts.ts';
import { drawHistory, drawSpectrogram } from '../lab-drawing.ts';
import { classWord, labSpeaker, type LabWord } from './lab-words.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';
import { chooseLanguage } from '../words.ts';

const pollMs = 3000;
const themeKey = 'echosight-lab-colours';

const initial = {
  phase: 'idle' as 'idle' | 'sending' | 'heard' | 'begun' | 'failed',
  isOver: false,
  name: '',
  sentence: '',
  result: undefined as Prediction | undefined,
  /** Threshold that somebody tries; undefined: that of the answer. */
  tried: undefined as number | undefined,
  /** Address of the file, for the player. */
  sound: '',
  status: undefined as SoundModelStatus | undefined,
  training: undefined as TrainingStatus | undefined,
  isUp: undefined as boolean | undefined,
  /** Where there are several: which of them hears and learns. */
  sites: [] as { id: string; name: string }[],
  site: undefined as string | undefined,
  isSentinel: false,
};

export type Lab = ReturnType<typeof createLab>;

/** The page behind sound-lab.vue. */
export function createLab(setup: DashboardSetup) {
  const { tag, language } = chooseLanguage(wantedLanguages());
  const say = labSpeaker(language);
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const percent = (share: number): string => percents.format(share);
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const state = vue().reactive({ ...initial, isSentinel: localStorage.getItem(themeKey) === '1' });
  const person = createPerson(api, language);
  let polling: ReturnType<typeof setInterval> | undefined;
  let place: HTMLElement | undefined;
  let request = 0;

  /** A site comes and goes with a deploy. */
  async function findSites(): Promise<void> {
    const sites = (await api.armings()).map(({ site, siteName }) => ({ id: site, name: siteName }));
    sites.sort((a, b) => a.name.localeCompare(b.name, tag));
    state.sites = sites.length > 1 ? sites : [];
    if (!state.sites.some(({ id }) => id === state.site)) state.site = state.sites[0]?.id;
  }

  async function poll(): Promise<void> {
    if (document.hidden) return;
    try {
      if (state.isUp !== true) await findSites().catch(() => undefined);
      const { site } = state;
      const before = JSON.stringify(state.training?.session?.results?.history.length);
      const [status, training] = await Promise.all([api.soundStatus(site), api.training(site)]);
      if (site !== state.site) return;
      Object.assign(state, { status, training, isUp: true });
      if (JSON.stringify(training.session?.results?.history.length) !== before) redraw();
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
      if (history !== undefined) drawHistory(history, state.training?.session?.results?.history ?? []);
    });
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
        await api.retrain(file, state.site);
        if (mine !== request) return;
        state.phase = 'begun';
        state.sentence = say('begun', { name: file.name });
        void poll();
        return;
      }
      const result = await api.predict(file, state.site);
      if (mine !== request) return;
      if (state.sound !== '') URL.revokeObjectURL(state.sound);
      state.sound = URL.createObjectURL(file);
      state.result = result;
      state.tried = undefined;
      state.phase = 'heard';
      state.sentence = isEmpty()
        ? say('nothing')
        : say('verdict', { class: say(result.class), confidence: percent(result.confidence) });
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

  /** There is nothing but silence in it. */
  function isEmpty(): boolean {
    return state.result !== undefined && 'reason' in state.result;
  }

  function limit(): number {
    return state.tried ?? state.result?.threshold ?? 0.5;
  }

  return Object.assign(state, {
    say,
    language,
    person,
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
    chooseSite(event: Event): void {
      state.site = (event.target as HTMLSelectElement).value;
      state.status = state.training = undefined;
      void poll();
    },
    toggleColours(): void {
      state.isSentinel = !state.isSentinel;
      localStorage.setItem(themeKey, state.isSentinel ? '1' : '0');
      redraw();
    },
    heading: (): string => say(isEmpty() ? 'nothing' : (state.result?.class ?? 'safe')),
    limit,
    setLimit(event: Event): void {
      state.tried = Number((event.target as HTMLInputElement).value);
    },
    /** What would have been said at this threshold. */
    limitText(): string {
      const { probability = 0, windows = [] } = state.result ?? {};
      const count = windows.filter((window) => window.probability >= limit()).length;
      const named = say(probability >= limit() ? 'danger' : 'safe');
      return say('limitText', { percent: percent(limit()), class: named, count, all: windows.length });
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
        return session?.version === active
          ? say('done', { version: active ?? '' })
          : say('doneUnused', { version: session?.version ?? '' });
      }
      const word: LabWord = at === 'training' ? 'training' : at;
      return at === 'idle' || at === 'cancelled' ? say(word) : `${say(word)} ${percent(progress)}`;
    },
    ...labCharts({ training: () => state.training, tag, say }),
    attach(element: HTMLElement): void {
      place = element.parentElement ?? element;
      clearInterval(polling);
      polling = setInterval(() => void poll(), pollMs);
      void poll();
      void person.load();
      redraw();
    },
    detach(): void {
      clearInterval(polling);
    },
  });
}
