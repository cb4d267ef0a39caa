import { isDeepStrictEqual } from 'node:util';
import { sunAt } from '../clock/sun.ts';
import { ZoneTime } from '../clock/zone-time.ts';
import { rulePresets, type Rule } from '../contracts/configs.ts';
import { armingModes } from '../contracts/modes.ts';
import { countsIn, Duty, type WhyUntold } from '../fusion/duty.ts';
import type { Site } from './site.ts';

/** A fuse-severity that runs. */
export interface RuleHolder {
  /** Id of the node. */
  node: string;
  /** Name of the node; empty: it has none. */
  name: string;
  rules: readonly Rule[];
}

/** A rule, and why it does not count now. */
export interface JudgedRule {
  rule: Rule;
  why?: WhyUntold | 'off';
}

/** The rules by which a site judges now. */
export class RuleBoard {
  readonly #holders = new Set<RuleHolder>();

  /** @returns takes them away again. */
  add(holder: RuleHolder): () => void {
    this.#holders.add(holder);
    return () => {
      this.#holders.delete(holder);
    };
  }

  /** By name, then by id. */
  get all(): RuleHolder[] {
    return [...this.#holders].sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
  }
}

/** Which of these rules count at this moment. */
export function judged(
  rules: readonly Rule[],
  site: Pick<Site, 'timeZone' | 'location' | 'arming' | 'clock'>,
): JudgedRule[] {
  const zone = new ZoneTime(site.timeZone);
  const duty = new Duty(zone, sunAt(zone, site.location));
  duty.arm(site.arming.now.counting);
  const now = site.clock.now();
  return rules.map((rule) => {
    const why = rule.enabled ? duty.offDuty(rule, now)?.why : 'off';
    return { rule, ...(why === undefined ? {} : { why }) };
  });
}

/** In which modes a rule counts: of those that everybody knows, and the one that counts now. */
export function modesOf(rule: Rule, { arming }: Pick<Site, 'arming'>): string[] {
  return [...new Set([...armingModes, arming.now.counting])].filter((mode) => countsIn(rule, mode));
}

/** The preset that rules are; which of them are on, and in what form they were written, does not matter. */
export function presetOf(rules: readonly Rule[]): string | undefined {
  const plain = rules.map(plainRule);
  return Object.entries(rulePresets).find(([, preset]) => isDeepStrictEqual(preset.map(plainRule), plain))?.[0];
}

function plainRule(rule: Rule): object {
  return Object.fromEntries(Object.entries(rule).filter(([field]) => field !== 'v' && field !== 'enabled'));
}

function placeOf({ name, node }: RuleHolder): string {
  return `${name}\n${node}`;
}
