import type { ZoneTime } from './zone-time.ts';

/** Where a site lies, in degrees; north and east are positive. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** Minutes of a day, since midnight by the clock on the wall. Where the sun does not rise, it sets at 0 and rises at 1440; the other way round where it does not set. */
export interface SunTimes {
  sunrise: number;
  sunset: number;
}

const dayMs = 86_400_000;
const dayMinutes = 1440;
/** Below the horizon by half its width and what the air bends (NOAA). */
const zenith = 90.833;
const neverRises: SunTimes = { sunrise: dayMinutes, sunset: 0 };
const neverSets: SunTimes = { sunrise: 0, sunset: dayMinutes };

/** When the sun rises and sets at a place, by the clock of its time zone. */
export class Sun {
  readonly #zone: ZoneTime;
  readonly #place: Place;
  #known: { date: number; times: SunTimes } | undefined;

  constructor(zone: ZoneTime, place: Place) {
    this.#zone = zone;
    this.#place = place;
  }

  /** Of the day at a moment (epoch ms), true to a minute or two between the polar circles. */
  on(at: number): SunTimes {
    const { date } = this.#zone.at(at);
    if (this.#known?.date !== date) this.#known = { date, times: this.#timesOf(date) };
    return this.#known.times;
  }

  #timesOf(date: number): SunTimes {
    const crossings = horizonCrossings(date, this.#place);
    if (typeof crossings === 'string') return crossings === 'day' ? neverSets : neverRises;
    const minute = (ofDay: number): number => this.#zone.at(date + ofDay * 60_000).minute;
    return { sunrise: minute(crossings.rises), sunset: minute(crossings.sets) };
  }
}

/**
 * When the sun crosses the horizon on a date, in minutes after its midnight in UTC (negative far in the east); `day` or `night` where it does
 * not. After the equations of NOAA's Global Monitoring Laboratory (https://gml.noaa.gov/grad/solcalc/solareqns.PDF).
 */
function horizonCrossings(
  date: number,
  { latitude, longitude }: Place,
): { rises: number; sets: number } | 'day' | 'night' {
  const yearBegins = Date.UTC(new Date(date).getUTCFullYear(), 0, 1);
  const angle = ((2 * Math.PI) / 365) * ((date - yearBegins) / dayMs);
  const wave = (times: number, cosine: number, sine: number): number =>
    cosine * Math.cos(times * angle) + sine * Math.sin(times * angle);
  const equationOfTime = 229.18 * (0.000075 + wave(1, 0.001868, -0.032077) + wave(2, -0.014615, -0.040849));
  const declination =
    0.006918 + wave(1, -0.399912, 0.070257) + wave(2, -0.006758, 0.000907) + wave(3, -0.002697, 0.00148);
  const north = radians(latitude);
  const cosine =
    Math.cos(radians(zenith)) / (Math.cos(north) * Math.cos(declination)) - Math.tan(north) * Math.tan(declination);
  if (cosine > 1) return 'night';
  if (cosine < -1) return 'day';
  const hourAngle = (Math.acos(cosine) * 180) / Math.PI;
  const noon = 720 - 4 * longitude - equationOfTime;
  return { rises: noon - 4 * hourAngle, sets: noon + 4 * hourAngle };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Reads a place as maps give it, `52.52, 13.405`; undefined for anything else. */
export function placeIn(text: string): Place | undefined {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [latitude = NaN, longitude = NaN] = parts;
  const isPlace = parts.length === 2 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPlace ? { latitude, longitude } : undefined;
}

/** The sun over a place as a setting names it; undefined where it names none. */
export function sunAt(zone: ZoneTime, location: string): Sun | undefined {
  const place = placeIn(location);
  return place === undefined ? undefined : new Sun(zone, place);
}
