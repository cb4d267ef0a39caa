import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { Talk } from '../../contracts/messages.ts';
import type { TalkState } from '../../contracts/ports.ts';

/** A room still sounds for so long after the last word. */
const echoMs = 700;
/** Nobody talks longer without saying so again: no message, true or false, may make a house deaf for hours. */
const longestTalkMs = 120_000;
/** Talks of one place that a late window may ask for. */
const remembered = 8;

type Place = Pick<Talk, 'site' | 'area'>;

/** Who talks where and until when, from `talk` messages. */
export class TalkLog implements TalkState {
  readonly #places = new RecentSources<{ from: number; until: number }[]>(() => []);

  /** A later message of the same area takes the place of one that it overlaps: that is how a talk is cut short. */
  note({ capturedAt, until, ...place }: Pick<Talk, 'site' | 'area' | 'capturedAt' | 'until'>): void {
    const talks = this.#places.of(keyOf(place));
    const last = talks.at(-1);
    const end = Math.min(until, capturedAt + longestTalkMs);
    if (last !== undefined && capturedAt >= last.from && capturedAt <= last.until)
      last.until = Math.max(last.from, end);
    else if (end > capturedAt) talks.push({ from: capturedAt, until: end });
    talks.splice(0, talks.length - remembered);
  }

  talkingUntil(place: Place, from: number, to: number): number | undefined {
    const heard =
      this.#places.get(keyOf(place))?.filter((talk) => talk.from <= to && talk.until + echoMs >= from) ?? [];
    return heard.length === 0 ? undefined : Math.max(...heard.map(({ until }) => until + echoMs));
  }
}

/** Sites share a broker, and every site has its own hall. */
function keyOf({ site, area }: Place): string {
  return `${site}\n${area}`;
}
