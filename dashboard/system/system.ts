import type { HealthAnswer, ModelHealth, SiteHealth, SourceHealth } from '../../src/contracts/health.ts';
import type { RegisteredModel } from '../../src/contracts/register.ts';
import { ApiClient } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { tab, vue } from '../browser.ts';
import { createEvidenceChecks } from './evidence-checks.ts';
import { modelFiles } from './model-files.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { storageWords } from './storage-words.ts';
import { systemSpeaker } from './system-words.ts';
import { pageFrame } from '../page-frame.ts';
import { pageVoice } from '../page-voice.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';

const refreshMs = 5_000;
/** What models judged is written down now and then, and changes seldom. */
const modelsMs = 60_000;

type Tone = 'live' | 'wait' | 'fault' | 'idle';

/** How a status is coloured; the words beside it say the same. */
const tones: Readonly<Record<SourceHealth['status'], Tone>> = {
  connected: 'live',
  ...{ probing: 'wait', connecting: 'wait' },
  ...{ stalled: 'fault', 'backing-off': 'fault', unauthorised: 'fault', 'not-found': 'fault' },
  ...{ idle: 'idle', paused: 'idle', stopped: 'idle' },
};

const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  failure: '',
  health: undefined as HealthAnswer | undefined,
  /** Models that judged something, by the register. */
  register: [] as readonly RegisteredModel[],
  now: 0,
};

/** Hex digits that people compare. */
const digestShown = 16;

export type System = ReturnType<typeof createSystem>;

/** The page behind system.vue: what works and what does not. */
export function createSystem(setup: DashboardSetup) {
  const voice = pageVoice(wantedLanguages());
  const { tag, language, say: word, time } = voice;
  const say = systemSpeaker(language);
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const state = vue().reactive({ ...initial, now: Date.now() });
  const person = createPerson(api, language);
  const evidence = createEvidenceChecks({
    ...{ api, voice, say, now: () => Date.now() },
    isAdmin: () => person.me?.role === 'admin',
  });
  let modelsAt = -Infinity;

  /** Without an answer the page says what runs, and not what it is. */
  async function loadModels(): Promise<void> {
    const sites = state.health?.sites ?? [];
    const areKnown = sites.every(({ site, models }) =>
      models.every(({ model }) => modelFiles(state.register, site, model).length > 0),
    );
    if (sites.length === 0 || (areKnown && Date.now() - modelsAt < modelsMs)) return;
    modelsAt = Date.now();
    try {
      state.register = Object.freeze(await api.models());
    } catch {
      modelsAt = -Infinity;
    }
  }

  /** A failure replaces what is shown: a system that does not answer is not one that works. */
  async function load(): Promise<void> {
    try {
      state.health = await api.health();
      state.phase = 'ready';
    } catch (error) {
      state.phase = 'failed';
      state.failure = voice.failureText(error);
    }
    state.now = Date.now();
    if (state.phase !== 'ready') return;
    void loadModels();
    void evidence.load();
  }

  const frame = pageFrame(state, {
    ...{ voice, load, refreshMs, failed: say('failedTitle') },
    // Who may know of the evidence is known only then.
    begin: () => void person.load().then(() => evidence.load()),
  });

  return Object.assign(state, frame, {
    say,
    word,
    language,
    person,
    evidence,
    detach(): void {
      frame.detach();
      evidence.stop();
    },
    address: (path: string): string => api.address(path),
    sources: ({ sources }: SiteHealth) =>
      sources.map(({ source, area, type, status, detail, since, lagSeconds = 0, frames, sound }) => {
        const { captured = 0, analysed = 0, dropped = {} } = frames ?? sound ?? {};
        const left = Object.entries(dropped).filter(([, count]) => count > 0);
        return {
          ...{ key: `${type} ${source}`, name: source, place: area, type: say(type), tone: tones[status] },
          state: say(status),
          since: [
            time.relative(since, state.now),
            ...(lagSeconds > 0 ? [say('late', { seconds: numbers.format(lagSeconds) })] : []),
          ].join(', '),
          detail,
          looked:
            captured === 0
              ? ''
              : say('ofCaptured', {
                  share: percents.format(Math.min(1, analysed / captured)),
                  n: numbers.format(captured),
                }),
          dropped: numbers.format(left.reduce((sum, [, count]) => sum + count, 0)),
          droppedWhy: say('droppedWhy', {
            reasons: left.map(([reason, count]) => `${reason} ${numbers.format(count)}`).join(', '),
          }),
        };
      }),
    models: ({ site, models }: SiteHealth) =>
      models.map(({ model, backend, ok }: ModelHealth) => ({
        ...{ key: model, name: model, tone: ok ? 'live' : 'fault' },
        words: [say(ok ? 'works' : 'fails'), backend === '' ? say('notRun') : backend].join(', '),
        files: modelFiles(state.register, site, model).map(
          ({ model: id, sha256, kind, version, firstUsed, sources }) => ({
            key: `${id} ${sha256}`,
            name: kind === 'sound-head' ? say('head', { version: version ?? '' }) : '',
            digest: `SHA-256 ${sha256.slice(0, digestShown)}…`,
            whole: `SHA-256 ${sha256}`,
            since: say('since', { day: time.day(firstUsed, state.now) }),
            judges:
              sources.length === 0 ? '' : say('judges', { names: sources.map(({ source }) => source).join(', ') }),
          }),
        ),
      })),
    /** Whether nothing is wrong of all that is shown as such. */
    isWell: ({ status, sites = [] }: HealthAnswer): boolean =>
      status === 'ok' &&
      sites.every(
        ({ storage, accounts = [] }) => storage !== 'full' && accounts.every((account) => account.status !== 'down'),
      ),
    /** The versions of what it runs on. */
    platform: ({ version = '', platform }: HealthAnswer): string =>
      [
        ...(version === '' ? [] : [say('version', { version })]),
        ...(platform?.nodeRed === undefined ? [] : [`Node-RED ${platform.nodeRed}`]),
        ...(platform === undefined ? [] : [`Node.js ${platform.nodejs}`]),
      ].join(' · '),
    facts: ({
      outbox: { queued, failed },
      database,
      storage,
      kept,
      accounts = [],
    }: SiteHealth): { name: string; words: string; tone: Tone }[] => [
      {
        name: say('alerts'),
        words: [
          queued === 0 ? say('noneWaiting') : say('waiting', { n: numbers.format(queued) }),
          ...(failed === 0 ? [] : [say('failed', { n: numbers.format(failed) })]),
        ].join(', '),
        tone: failed > 0 ? 'fault' : queued > 0 ? 'wait' : 'live',
      },
      {
        ...{ name: say('database'), words: say(database) },
        tone: ({ ok: 'live', down: 'fault', unused: 'idle' } as const)[database],
      },
      {
        ...{ name: say('storage'), words: storageWords({ storage, kept }, { tag, say }) },
        tone: storage === 'full' ? 'fault' : 'live',
      },
      ...accounts
        .filter(({ status }) => status !== 'ok')
        .map(({ channel, status, detail }) => ({
          ...{ name: channel, words: detail },
          tone: status === 'down' ? ('fault' as const) : ('wait' as const),
        })),
    ],
  });
}
