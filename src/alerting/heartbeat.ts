import type { SiteHealth } from '../contracts/health.ts';
import { isOffline, type Incident } from '../contracts/messages.ts';
import type { AlertLanguage } from './alert-words.ts';

/** Reason of the message that says every day that there is somebody to alert. */
export const heartbeatReason = 'heartbeat';
/** It has a text of its own: that of alerts speaks of severities and areas. */
export const heartbeatTemplate = '{siteName}, {clock}: {label}\n{explanation}';

const words = {
  en: {
    well: 'everything works',
    ill: 'something does not work',
    sources: 'Cameras and microphones: {works} of {all} work',
    not: ' (not: {names})',
    noSources: 'There is no camera and no microphone.',
    models: 'Models: {works} of {all} work',
    queued: 'Messages that wait: {n}',
    failed: 'Messages that could not be sent: {n}',
    database: 'The database does not work: nothing is kept.',
    storage: 'The disk is full: no evidence is kept.',
    account: 'Account for {channel}: {detail}',
  },
  de: {
    well: 'alles geht',
    ill: 'etwas geht nicht',
    sources: 'Kameras und Mikrofone: {works} von {all} gehen',
    not: ' (nicht: {names})',
    noSources: 'Es gibt keine Kamera und kein Mikrofon.',
    models: 'Modelle: {works} von {all} gehen',
    queued: 'Nachrichten, die warten: {n}',
    failed: 'Nachrichten, die sich nicht senden ließen: {n}',
    database: 'Die Datenbank geht nicht: Nichts wird aufbewahrt.',
    storage: 'Der Datenträger ist voll: Es werden keine Beweise aufbewahrt.',
    account: 'Zugang für {channel}: {detail}',
  },
} as const satisfies Record<AlertLanguage, unknown>;

export interface HeartbeatOccasion {
  /** `YYYY-MM-DD` at the site: of one day there is one heartbeat, over restarts too. */
  day: string;
  /** Epoch ms. */
  now: number;
  language: AlertLanguage;
}

/** A message that says what works, in the form that alerts take: it is written down, sent and repeated as they are. */
export function heartbeatOf(health: SiteHealth, { day, now, language }: HeartbeatOccasion): Incident {
  const say = (word: keyof (typeof words)['en'], fields: Readonly<Record<string, string | number>> = {}): string =>
    words[language][word].replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? ''));
  const { sources, models, accounts = [], outbox, database, storage = 'ok' } = health;
  const dark = sources.filter(({ status }) => isOffline(status)).map(({ source }) => source);
  const failing = models.filter(({ ok }) => !ok).map(({ model }) => model);
  const share = (word: 'sources' | 'models', all: number, not: readonly string[]): string =>
    say(word, { all, works: all - not.length }) + (not.length === 0 ? '' : say('not', { names: not.join(', ') }));
  const faults = [
    ...accounts
      .filter(({ status }) => status !== 'ok')
      .map(({ channel, detail }) => say('account', { channel, detail })),
    ...(outbox.failed === 0 ? [] : [say('failed', { n: outbox.failed })]),
    ...(database === 'down' ? [say('database')] : []),
    ...(storage === 'full' ? [say('storage')] : []),
  ];
  const isWell = dark.length + failing.length + faults.length === 0 && sources.length > 0;
  return {
    ...{ v: 1, kind: 'incident', phase: 'start', seq: 1, id: `${heartbeatReason} ${day}` },
    ...{ site: health.site, area: health.name, source: heartbeatReason, sources: [], signals: [] },
    ...{ severity: 1, reason: heartbeatReason, label: say(isWell ? 'well' : 'ill'), confidence: 1 },
    ...{ capturedAt: now, startedAt: now, updatedAt: now },
    explanation: [
      sources.length === 0 ? say('noSources') : share('sources', sources.length, dark),
      ...(models.length === 0 ? [] : [share('models', models.length, failing)]),
      ...(outbox.queued === 0 ? [] : [say('queued', { n: outbox.queued })]),
      ...faults,
    ],
  };
}
