import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usualRetention, type RetentionSettings } from './retention-settings.ts';

const name = 'retention.json';

/** Notes by which settings a data folder is cleared, so that a command can say what would go. */
export async function writeRetention(folder: string, settings: RetentionSettings): Promise<void> {
  const { keepDays, keepCriticalDays, keepFalseAlarmDays, mostBytes, leastFree } = settings;
  const text = JSON.stringify({ keepDays, keepCriticalDays, keepFalseAlarmDays, mostBytes, leastFree }, null, 1);
  const draft = join(folder, `${name}.new`);
  await writeFile(draft, `${text}\n`, { mode: 0o600 });
  await rename(draft, join(folder, name));
}

/** By which settings a data folder was cleared last; where it never was, the usual ones. */
export async function readRetention(folder: string): Promise<RetentionSettings> {
  try {
    const given = JSON.parse(await readFile(join(folder, name), 'utf8')) as Partial<RetentionSettings>;
    const number = (key: keyof RetentionSettings): number => {
      const value: unknown = given[key];
      return typeof value === 'number' ? value : usualRetention[key];
    };
    return {
      keepDays: number('keepDays'),
      keepCriticalDays: number('keepCriticalDays'),
      keepFalseAlarmDays: number('keepFalseAlarmDays'),
      mostBytes: number('mostBytes'),
      leastFree: number('leastFree'),
    };
  } catch {
    return usualRetention;
  }
}
