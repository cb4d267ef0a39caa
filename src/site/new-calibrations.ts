import { Calibrations, type CalibrationOptions } from '../audio/calibration/calibrations.ts';
import { calibratedClasses, thresholdSettings } from '../contracts/calibration.ts';
import { readConfig } from '../contracts/read-config.ts';
import { dismissedSounds } from '../evidence/dismissed-sounds.ts';
import type { Site } from './site.ts';

/** What a node says of itself. */
export type CalibratedNode = Pick<CalibrationOptions, 'singleFrom' | 'thresholds'>;

/** Calibrates the thresholds of one audio-classify by what lies in the database of its Site. */
export function newCalibrations(site: Site, node: CalibratedNode): Calibrations {
  const database = () => site.database();
  const usual = readConfig('audio-classify', {}, () => undefined);
  const shipped = calibratedClasses.map((label) => [label, usual[thresholdSettings[label]]] as const);
  return new Calibrations({
    ...{ ...node, shipped: Object.fromEntries(shipped), newId: site.newId, database },
    ...{ clock: site.clock, random: site.random, dismissed: dismissedSounds(async () => (await database()).query) },
  });
}
