import type { RuleCondition } from '../contracts/configs.ts';
import type { DetectedObject } from '../contracts/messages.ts';
import { dwellOf, fitting } from './condition-fit.ts';
import { capitalised, words } from './condition-words.ts';
import { seconds } from './explanation.ts';
import type { Look } from './look.ts';
import type { Match } from './matching.ts';
import type { TimeLine } from './time-line.ts';

/** Something missing that was there longer ago than this needs no mention. */
const worthMentionMs = 60_000;

/** Why something that a graver rule asks for, and that was there or nearly so, did not count: one sentence or none. */
export function nearlyThere(condition: RuleCondition, match: Match, windowMs: number, past: TimeLine): string[] {
  const look = past.latest(condition);
  const times = match.showings.map(({ signal }) => signal.capturedAt);
  if (look === undefined) return [];
  const apart = Math.max(Math.max(...times) - look.capturedAt, look.capturedAt - Math.min(...times));
  if (apart > worthMentionMs) return [];
  const name = capitalised(words(condition.label));
  if (apart > windowMs) return [`${name} at ${look.source} was ${seconds(apart)} away: too far apart to count.`];
  const shortcoming = unclear(look, condition) ?? tooSeldom(look, condition, past) ?? tooShort(look, condition);
  return shortcoming === undefined ? [] : [`${name} ${shortcoming}.`];
}

/** What the look itself lacks, the first thing that it does. */
function unclear(look: Look, condition: RuleCondition): string | undefined {
  if (fitting(look, condition) !== undefined) return undefined;
  const { minimumScore = 0, zone, count = 1, dwellSeconds = 0, moving, minimumSpeed = 0, feature } = condition;
  const sighting = look.sightings.get(condition.label);
  const score = sighting?.score ?? 0;
  if (score < minimumScore) return `at ${look.source} had a score of only ${score.toFixed(2)}`;
  if (feature !== undefined) return `from ${look.source} had no ${feature.name} of ${feature.atLeast} or more`;
  const clear = (sighting?.objects ?? []).filter((object) => object.score >= minimumScore);
  const inZone = clear.filter(({ zones }) => zone === undefined || zones?.includes(zone) === true);
  if (inZone.length === 0) return `was seen by ${look.source}, but not in the zone ${zone}`;
  const dwell = Math.max(...inZone.map((object: DetectedObject) => dwellOf(object, zone, look.capturedAt)));
  if (dwell < dwellSeconds) return `was there for only ${dwell.toFixed(1)} s: ${dwellSeconds} s are needed`;
  const fastest = Math.max(...inZone.map(({ speed = 0 }) => speed));
  if (fastest < minimumSpeed) {
    return `at ${look.source} went only ${fastest.toFixed(1)} of its lengths a second: ${minimumSpeed} are needed`;
  }
  if (inZone.length < count) return `came only ${inZone.length} at once at ${look.source}: ${count} are needed`;
  return moving === undefined ? undefined : `at ${look.source} ${moving ? 'stays where it is' : 'moves'}`;
}

function tooSeldom(look: Look, condition: RuleCondition, past: TimeLine): string | undefined {
  const { n, of } = condition.seenTimes ?? { n: 1, of: 1 };
  const once = { ...condition, seenTimes: { n: 1, of: Math.max(n, of) } };
  const seen = past.find(once, look.capturedAt, look.capturedAt).find((showing) => showing.look === look)?.seen;
  if (seen === undefined || seen.n >= n) return undefined;
  return `was in only ${seen.n} of the last ${seen.of} looks of ${look.source}: ${n} of ${of} are needed`;
}

function tooShort({ shownSince, capturedAt, source }: Look, condition: RuleCondition): string | undefined {
  const since = shownSince?.get(condition);
  const { forSeconds = 0 } = condition;
  if (since === undefined || capturedAt - since >= forSeconds * 1000) return undefined;
  return `at ${source} goes on for only ${seconds(capturedAt - since)}: ${forSeconds} s are needed`;
}
