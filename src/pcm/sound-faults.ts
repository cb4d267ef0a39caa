import type { SoundFault } from '../contracts/messages.ts';
import type { Loudness } from './level.ts';

/** Half a second of sound, as far as it can be at fault. */
export interface HalfSecond {
  /** Audible level in dB relative to full scale. */
  dbfs: number;
  /** Sound was cut off at full scale. */
  clipped: boolean;
  /** Its mean, -1 to 1. */
  offset: number;
}

const perSecond = 2;
/** A few samples at full scale in half a second are no accident. */
const clippedSamples = 3;
const minute = 60 * perSecond;

const silence = {
  /** So long must it last at first; longer each time that it ended, for a noise gate is silent between two sounds. */
  enter: 10 * perSecond,
  enterAtMost: 160 * perSecond,
  /** A click of a plug is no sound yet. */
  leave: 2,
  /** Quieter than any microphone: what is left is the last bit of the converter. */
  deadDbfs: -88,
  /** A room becomes quieter too: only what is this far below its quietest minute, and below the ceiling, is suspect. */
  belowFloorDb: 20,
  ceilingDbfs: -70,
  /** So much louder than what began the silence ends it. */
  hysteresisDb: 4,
} as const;

/** One bang that is cut off is no fault; two in ten seconds are, until there were none for ten. */
const clipping = { within: 10 * perSecond, times: 2 } as const;

/** A constant in the sound for so long, up or down: a twentieth of full scale is ten times what cheap converters add. */
const constant = { from: 0.05, until: 0.04, enter: 10 * perSecond, leave: 5 * perSecond } as const;

/** What can be at fault with half a second of sound. */
export function halfSecondOf({ dbfs, clipped, offset }: Loudness): HalfSecond {
  return { dbfs, clipped: clipped >= clippedSamples, offset };
}

/**
 * Tells whether the sound of a microphone can be trusted, from one half second after the other: it is silent when a
 * microphone is muted, dead, unplugged or not behind the device at all, it clips when its gain is too high, and it is
 * offset when its wiring or converter adds a constant, which leaves less room for sound. Ends are judged more strictly
 * than beginnings, so that it does not go to and fro.
 */
export class SoundFaults {
  #count = 0;
  #silent = false;
  #needed: number = silence.enter;
  #quiet = 0;
  #sounding = 0;
  #clipping = false;
  #clips: number[] = [];
  #offset = false;
  /** Half seconds that speak for a change of that. */
  #offsetNews = 0;
  /** The quietest half second so far, a minute ago and two: what ends in silence does not count as quiet. */
  #quietest = Infinity;
  #lastMinute = Infinity;
  #floor = Infinity;

  push({ dbfs, clipped, offset }: HalfSecond): SoundFault | undefined {
    this.#count += 1;
    this.#judgeSilence(dbfs);
    this.#learn(dbfs);
    this.#clips = this.#clips.filter((at) => at > this.#count - clipping.within);
    if (clipped) this.#clips.push(this.#count);
    this.#clipping = this.#clips.length >= (this.#clipping ? 1 : clipping.times);
    this.#judgeOffset(Math.abs(offset));
    if (this.#silent) return 'silent';
    if (this.#clipping) return 'clipping';
    return this.#offset ? 'offset' : undefined;
  }

  #judgeSilence(dbfs: number): void {
    const { leave, deadDbfs, belowFloorDb, ceilingDbfs, hysteresisDb } = silence;
    const far = this.#floor === Infinity ? -Infinity : this.#floor - belowFloorDb;
    const limit = Math.max(deadDbfs, Math.min(ceilingDbfs, far));
    this.#quiet = dbfs <= limit ? this.#quiet + 1 : 0;
    this.#sounding = dbfs > limit + hysteresisDb ? this.#sounding + 1 : 0;
    if (!this.#silent) {
      this.#silent = this.#quiet >= this.#needed;
    } else if (this.#sounding >= leave) {
      this.#silent = false;
      this.#needed = Math.min(silence.enterAtMost, 2 * this.#needed);
    }
  }

  #judgeOffset(size: number): void {
    const isNews = this.#offset ? size < constant.until : size >= constant.from;
    this.#offsetNews = isNews ? this.#offsetNews + 1 : 0;
    if (this.#offsetNews < (this.#offset ? constant.leave : constant.enter)) return;
    this.#offset = !this.#offset;
    this.#offsetNews = 0;
  }

  #learn(dbfs: number): void {
    if (dbfs > silence.deadDbfs) this.#quietest = Math.min(this.#quietest, dbfs);
    if (this.#count % minute !== 0 || this.#silent) return;
    this.#floor = this.#lastMinute;
    this.#lastMinute = this.#quietest;
  }
}
