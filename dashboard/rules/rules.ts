import type { SiteArming } from '../../src/contracts/arming.ts';
import { armingModes } from '../../src/contracts/modes.ts';
import type { RuleNode, RuleSummary } from '../../src/contracts/rule-list.ts';
import { ApiClient } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { createArmingSwitch } from '../arming-switch.ts';
import { tab, vue } from '../browser.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { pageFrame } from '../page-frame.ts';
import { pageVoice } from '../page-voice.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';
import { rulesSpeaker, type RulesWord } from './rules-words.ts';
import type { Word } from '../words.ts';

const refreshMs = 5_000;
/** Shapes that differ, for who cannot tell the colours. */
const icons = ['mdi-information-outline', 'mdi-bell-outline', 'mdi-alert', 'mdi-alarm-light'] as const;

const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  failure: '',
  nodes: [] as RuleNode[],
  /** Whether only those are shown that count now. */
  isCountingOnly: false,
  order: 'severity' as RuleOrder,
  armings: [] as SiteArming[],
  isArming: false,
  armingFailure: '',
  announcement: '',
  now: 0,
};

type RuleOrder = keyof typeof orders;

/** The larger number comes first; what is equal stays in the order of the node. */
const orders = {
  severity: ({ severity }: RuleSummary) => severity,
  often: ({ fired }: RuleSummary) => fired?.month ?? 0,
  last: ({ fired }: RuleSummary) => fired?.lastAt ?? 0,
  false: ({ fired }: RuleSummary) => fired?.falsePositiveShare ?? 0,
} as const;

const orderWords = { severity: 'sortSeverity', often: 'sortOften', last: 'sortLast', false: 'sortFalse' } as const;

export type Rules = ReturnType<typeof createRules>;

/** The page behind rules.vue: what is armed, and what makes an incident. */
export function createRules(setup: DashboardSetup) {
  const voice = pageVoice(wantedLanguages());
  const tell = rulesSpeaker(voice.language);
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const person = createPerson(api, voice.language);
  const state = vue().reactive({ ...initial, now: Date.now() });
  const arming = createArmingSwitch(state, api, voice);
  let request = 0;

  async function load(): Promise<void> {
    const mine = ++request;
    try {
      const [nodes, armings] = await Promise.all([api.rules(voice.language), api.armings()]);
      if (mine !== request) return;
      [state.nodes, state.armings, state.phase] = [nodes, armings, 'ready'];
    } catch (error) {
      if (mine !== request) return;
      state.phase = 'failed';
      state.failure = voice.failureText(error);
    }
    state.now = Date.now();
  }

  const frame = pageFrame(state, {
    ...{ voice, load, refreshMs, failed: tell('failedTitle') },
    begin: () => void person.load(),
    refresh: () => {
      if (!state.isArming) void load();
    },
  });

  return Object.assign(state, frame, {
    ...{ say: voice.say, tell, language: voice.language, person },
    ...arming.actions,
    /** Arms, and shows what counts then. */
    async arm(site: SiteArming, mode: string): Promise<void> {
      await arming.actions.arm(site, mode);
      await load();
    },
    icon: ({ severity }: RuleSummary) => icons[severity as 1 | 2 | 3],
    severityWord: ({ severity }: RuleSummary) => voice.say(`severity${severity}` as Word),
    orders: Object.keys(orders) as RuleOrder[],
    orderWord: (order: RuleOrder) => tell(orderWords[order]),
    hasCounts: () => state.nodes.some(({ rules }) => rules.some(({ fired }) => fired !== undefined)),
    /** "Incidents: 1 in 24 hours, 4 in 7 days, 20 in 30 days · last 2 hours ago · 5% false positives" */
    firedWords({ fired }: RuleSummary): string {
      if (fired === undefined) return '';
      const { day, week, month, lastAt, falsePositiveShare: share = 0 } = fired;
      return [
        month === 0 ? tell('neverHeld') : tell('held', { day, week, month }),
        ...(lastAt === undefined ? [] : [tell('lastHeld', { when: voice.time.relative(lastAt, state.now) })]),
        ...(share === 0 ? [] : [tell('falseShare', { percent: voice.percent(share) })]),
      ].join(' · ');
    },
    /** Rules of a node, the gravest first, or as somebody wants them; or those of them that count. */
    shown: ({ rules }: RuleNode) =>
      rules
        .filter(({ counts }) => counts || !state.isCountingOnly)
        .sort((a, b) => orders[state.order](b) - orders[state.order](a)),
    nodeName: ({ name }: RuleNode) => (name === '' ? tell('nameless') : name),
    presetWord: ({ preset = '' }: RuleNode) => (preset === '' ? tell('ownRules') : tell('preset', { name: preset })),
    countWords: ({ rules }: RuleNode) =>
      tell('counting', { n: rules.filter(({ counts }) => counts).length, total: rules.length }),
    /** What each mode makes active: "Night 7 of 9". */
    modeCounts({ rules, mode }: RuleNode): { mode: string; words: string; isNow: boolean }[] {
      const on = rules.filter(({ enabled }) => enabled);
      const own = (armingModes as readonly string[]).includes(mode) ? [] : [mode];
      return [...armingModes, ...own].map((name) => ({
        ...{ mode: name, isNow: name === mode },
        words: tell('ofMode', { mode: voice.modeWord(name), n: on.filter(({ modes }) => modes.includes(name)).length }),
      }));
    },
    /** "Counts now", or why it does not. */
    stateWord: ({ counts, why }: RuleSummary) => tell(counts ? 'countsNow' : ((why ?? 'off') as RulesWord)),
    modesOf: ({ modes }: RuleSummary) => modes.map(voice.modeWord).join(', '),
  });
}
