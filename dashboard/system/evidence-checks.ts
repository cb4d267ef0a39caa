import type { SiteVerification } from '../../src/contracts/site-care.ts';
import type { ApiClient } from '../api-client.ts';
import { vue } from '../browser.ts';
import type { PageVoice } from '../page-voice.ts';
import type { Speaker } from '../word-book.ts';
import { sizeIn } from './storage-words.ts';
import type { SystemWord } from './system-words.ts';

/** While one is under way. */
const followMs = 1000;
/** The list of a house that was tampered with has no end. */
const mostFaults = 5;

export interface EvidenceCheckOptions {
  api: Pick<ApiClient, 'verifications' | 'verify'>;
  voice: Pick<PageVoice, 'tag' | 'moment' | 'percent' | 'failureText'>;
  say: Speaker<SystemWord>;
  /** Others are not told. */
  isAdmin: () => boolean;
  now: () => number;
}

/** What the last verification of the evidence of each site said; admins begin another one and see how far it is. */
export function createEvidenceChecks({ api, voice, say, isAdmin, now }: EvidenceCheckOptions) {
  const numbers = new Intl.NumberFormat(voice.tag, { maximumFractionDigits: 0 });
  const state = vue().reactive({
    checks: [] as readonly SiteVerification[],
    /** Site that is asked to begin. */
    asked: '',
    failure: '',
    /** For ears alone: that it has begun, and what it said. */
    announcement: '',
  });
  let following: ReturnType<typeof setTimeout> | undefined;

  /** Without an answer it says nothing of the evidence; what is wrong the page tells. */
  async function load(): Promise<void> {
    if (!isAdmin()) return;
    try {
      take(await api.verifications());
    } catch {
      state.checks = [];
    }
    clearTimeout(following);
    if (state.checks.some(isUnderWay)) following = setTimeout(() => void load(), followMs);
  }

  function take(checks: readonly SiteVerification[]): void {
    const ended = checks.find(
      (check) => !isUnderWay(check) && state.checks.some((before) => before.site === check.site && isUnderWay(before)),
    );
    state.checks = Object.freeze(checks);
    if (ended !== undefined) state.announcement = verdict(ended);
  }

  async function begin(site: string): Promise<void> {
    if (state.asked !== '') return;
    Object.assign(state, { asked: site, failure: '' });
    try {
      const begun = await api.verify(site);
      state.checks = state.checks.map((check) => (check.site === site ? begun : check));
      state.announcement = verdict(begun);
    } catch (error) {
      state.failure = voice.failureText(error);
    } finally {
      state.asked = '';
    }
    await load();
  }

  function verdict({ state: how, findings, error = '' }: SiteVerification): string {
    if (how === 'done') return findings?.holds === true ? say('sound') : say('unsound', { n: findings?.faults ?? 0 });
    return say(({ never: 'neverVerified', 'under-way': 'verifying', failed: 'notVerified' } as const)[how], { error });
  }

  function counts({ findings }: SiteVerification): string {
    if (findings === undefined) return '';
    const { incidents, files, bytes, entries, seals } = findings;
    const written = { incidents, files, entries, seals };
    const shown = Object.fromEntries(Object.entries(written).map(([name, count]) => [name, numbers.format(count)]));
    return say('verified', { ...shown, size: sizeIn(voice.tag, bytes) });
  }

  function when({ state: how, by = '', startedAt, endedAt }: SiteVerification): string {
    const at = how === 'under-way' ? startedAt : endedAt;
    if (at === undefined) return '';
    const known: Partial<Record<string, string>> = { command: say('byCommand'), local: say('byLocal') };
    return say(how === 'under-way' ? 'verifyBegun' : 'verifiedAt', {
      ...{ time: voice.moment(at, now()), who: known[by] ?? by },
    });
  }

  return Object.assign(state, {
    load,
    begin,
    stop(): void {
      clearTimeout(following);
    },
    /** As it is shown, of one site; empty where nobody may know. */
    of: (site: string) =>
      state.checks
        .filter((check) => check.site === site)
        .map((check) => {
          const { findings, progress = 0 } = check;
          const first = findings?.first.slice(0, mostFaults) ?? [];
          return {
            ...{ site, tone: toneOf(check), verdict: verdict(check), when: when(check), counts: counts(check) },
            isUnderWay: isUnderWay(check),
            percent: Math.round(progress * 100),
            share: voice.percent(progress),
            faults: first,
            more: findings === undefined ? 0 : findings.faults - first.length,
            isBusy: state.asked !== '' || state.checks.some(isUnderWay),
          };
        }),
  });
}

function isUnderWay({ state }: SiteVerification): boolean {
  return state === 'under-way';
}

function toneOf({ state, findings }: SiteVerification): 'live' | 'wait' | 'fault' | 'idle' {
  if (state === 'done') return findings?.holds === true ? 'live' : 'fault';
  return ({ never: 'idle', 'under-way': 'wait', failed: 'fault' } as const)[state];
}
