import { thresholdSettings } from '../../contracts/calibration.ts';
import { text } from '../register.ts';

const classes = Object.keys(thresholdSettings) as (keyof typeof thresholdSettings)[];

/** A sentence of the section that calibrates. */
export function say(key: string, params?: Record<string, string | number>): string {
  return text('audio-classify', `audio-classify.calibration.${key}`, params);
}

/** The setting that holds the threshold of a class. */
export function settingOf(label: string): (typeof thresholdSettings)[keyof typeof thresholdSettings] | undefined {
  const known = classes.find((name) => name === label);
  return known && thresholdSettings[known];
}

/** What a class is called: the name of the field of its threshold. */
export function nameOf(label: string): string {
  const setting = settingOf(label);
  return setting === undefined ? label : text('audio-classify', `audio-classify.label.${setting}`);
}

/** As exact as people want it. */
export function roundMinutes(minutes: number): string {
  return minutes < 10 ? minutes.toFixed(1) : String(Math.round(minutes));
}
