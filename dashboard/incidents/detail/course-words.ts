import type { SummarySignal } from '../../../src/contracts/api.ts';
import type { ToldState } from '../../../src/contracts/course.ts';
import { spanOf, type Milestone, type SignalMark } from './course-picture.ts';
import type { PageVoice } from '../../page-voice.ts';
import type { Word } from '../../words.ts';

/** What each kind of signal is called. */
export const kindWords: Readonly<Record<SummarySignal['kind'], Word>> = {
  object: 'kindObject',
  sound: 'kindSound',
  cue: 'kindCue',
  stream: 'kindStream',
  signal: 'kindSignal',
};

const alertWords: Readonly<Record<ToldState, Word>> = {
  sent: 'alertSent',
  waiting: 'alertWaiting',
  failed: 'alertFailed',
  needless: 'alertNeedless',
};

const actionWords: Readonly<Partial<Record<string, Word>>> = {
  acknowledge: 'acknowledged',
  confirm: 'confirmed',
  dismiss: 'dismissed',
  'false-positive': 'false-positive',
  note: 'note',
  hold: 'held',
  release: 'released',
};

/** What is shorter than this has no span for people. */
const leastSpanMs = 1000;

/** "4:36:10 PM to 4:38:20 PM, 2 min 10 s"; empty for what was there for a moment, or where no more is known. */
export function spanWords(signal: SummarySignal, { say, time }: PageVoice): string {
  const { from, to } = spanOf(signal);
  if (to - from < leastSpanMs) return '';
  return say('signalSpan', { from: time.exact(from), to: time.exact(to), duration: time.duration(to - from) });
}

/** "4:36:14 PM · entrance: person 87%, threshold 40%, 14 times · 4:36:10 PM to 4:38:20 PM, 2 min 10 s · the rule stands on it" */
export function signalWords(
  signal: SummarySignal,
  { more, isGround }: Pick<SignalMark, 'more' | 'isGround'>,
  voice: PageVoice,
): string {
  const { kind, label, source, score, threshold, capturedAt, count } = signal;
  const { say, time, percent } = voice;
  const span = spanWords(signal, voice);
  const what = [
    `${source}: ${label.replaceAll('_', ' ')} ${percent(score)}`,
    ...(threshold === undefined ? [] : [say('threshold', { percent: percent(threshold) })]),
    ...(count === undefined || count < 2 ? [] : [say('times', { n: count })]),
    ...(more === 0 ? [] : [say('moreHere', { n: more })]),
  ].join(', ');
  return [
    ...[time.exact(capturedAt), say(kindWords[kind]), what],
    ...(span === '' ? [] : [span]),
    ...(isGround ? [say('ground')] : []),
  ].join(' · ');
}

/** "4:36:16 PM · WhatsApp alert to 2 people"; of another day with the day. */
export function milestoneWords(milestone: Milestone, { say, time }: PageVoice, now: number): string {
  const { at } = milestone;
  const day = time.day(at, now);
  const moment = day === time.day(now, now) ? time.exact(at) : `${day} ${time.exact(at)}`;
  return `${moment} · ${sentence(milestone, say)}`;
}

function sentence(milestone: Milestone, say: PageVoice['say']): string {
  if (milestone.kind === 'alert') {
    const { channel, people, state, escalation } = milestone.alert;
    const told = say(alertWords[state], { channel: channelName(channel), n: people });
    return escalation ? `${told} (${say('alertAgain')})` : told;
  }
  if (milestone.kind === 'review') {
    const { action, by, note } = milestone.review;
    const word = actionWords[action];
    const said = say('reviewBy', { action: word === undefined ? action : say(word), by });
    return note === undefined ? said : `${said}: ${note}`;
  }
  return say(({ start: 'courseStart', peak: 'coursePeak', end: 'courseEnd' } as const)[milestone.kind]);
}

const channels: Readonly<Partial<Record<string, string>>> = {
  whatsapp: 'WhatsApp',
  sms: 'SMS',
  email: 'E-mail',
  mail: 'E-mail',
  webhook: 'Webhook',
};

function channelName(channel: string): string {
  return channels[channel] ?? channel;
}
