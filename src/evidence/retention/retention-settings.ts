/** How long and how much is kept. */
export interface RetentionSettings {
  /** Days that an incident is kept; 0: without end. */
  keepDays: number;
  /** The same of severity 3, once somebody has reviewed it. */
  keepCriticalDays: number;
  /** The same of what people called nothing: dismissed, or a false alarm. */
  keepFalseAlarmDays: number;
  /** Most bytes of evidence files; 0: no limit. */
  mostBytes: number;
  /** Bytes that have to stay free on the disk; 0: none. */
  leastFree: number;
}

export const gigabyte = 1024 ** 3;

export const usualRetention: RetentionSettings = {
  keepDays: 90,
  keepCriticalDays: 365,
  keepFalseAlarmDays: 14,
  mostBytes: 50 * gigabyte,
  leastFree: 2 * gigabyte,
};

/** Incidents of one kind, and for how long they are kept. */
export interface RetentionClass {
  name: 'false alarm' | 'usual' | 'severity 3';
  keepDays: (settings: RetentionSettings) => number;
}

/**
 * In the order in which their files go when room is needed. What is held, what goes on, and severity 3 that nobody has reviewed is in none of
 * them.
 */
export const retentionClasses: readonly RetentionClass[] = [
  { name: 'false alarm', keepDays: ({ keepFalseAlarmDays }) => keepFalseAlarmDays },
  { name: 'usual', keepDays: ({ keepDays }) => keepDays },
  { name: 'severity 3', keepDays: ({ keepCriticalDays }) => keepCriticalDays },
];
