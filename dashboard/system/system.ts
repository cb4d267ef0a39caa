import type { HealthAnswer, ModelHealth, SiteHealth, SourceHealth } from '../../src/contracts/health.ts';
import { ApiClient } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { tab, vue } from '../browser.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { systemSpeaker } from './system-words.ts';
import { pageFrame } from '../page-frame.ts';
import { pageVoice } from '../page-voice.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';

const refreshMs = 5_000;

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
  now: 0,
};

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
  }

  const frame = pageFrame(state, {
    ...{ voice, load, refreshMs, failed: say('failedTitle') },
    begin: () => void person.load(),
  });

  return Object.assign(state, frame, {
    say,
    word,
    language,
    person,
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
    models: ({ models }: SiteHealth) =>
      models.map(({ model, backend, ok }: ModelHealth) => ({
        ...{ key: model, name: model, tone: ok ? 'live' : 'fault' },
        words: [say(ok ? 'works' : 'fails'), backend === '' ? say('notRun') : backend].join(', '),
      })),
    facts: ({ outbox: { queued, failed }, database }: SiteHealth): { name: string; words: string; tone: Tone }[] => [
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
    ],
  });
}
