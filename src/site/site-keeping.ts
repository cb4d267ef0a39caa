import type { SentinelSiteConfig } from '../contracts/configs.ts';
import { gigabyte, usualRetention, type RetentionSettings } from '../evidence/retention/retention-settings.ts';

/** What a site keeps and writes, beside what its nodes do. */
export interface Keeping extends RetentionSettings {
  telemetryFiles: boolean;
}

/** Where no sentinel-site says otherwise. */
export const usualKeeping: Keeping = { ...usualRetention, telemetryFiles: false };

/** As the dialog of a sentinel-site has it. */
export function keepingOf(config: SentinelSiteConfig): Keeping {
  const { keepDays, keepCriticalDays, keepFalseAlarmDays, mostGigabytes, freeGigabytes, telemetryFiles } = config;
  return {
    ...{ keepDays, keepCriticalDays, keepFalseAlarmDays, telemetryFiles },
    mostBytes: mostGigabytes * gigabyte,
    leastFree: freeGigabytes * gigabyte,
  };
}

export function sameKeeping(one: Keeping, other: Keeping = usualKeeping): boolean {
  return (Object.keys(usualKeeping) as (keyof Keeping)[]).every((key) => one[key] === other[key]);
}
