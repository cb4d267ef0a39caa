import { SentinelError } from '../contracts/errors.ts';
import type { Random } from '../contracts/ports.ts';
import { backoffDelay } from '../network/backoff.ts';
import type { AlertChannel, ChannelKind, Sent } from './alert-channel.ts';
import type { Action, Answer, Refusal, RefusalRule } from './answer.ts';
import type { Outgoing } from './outbox-row.ts';

const minute = 60_000;
const hour = 60 * minute;

/**
 * How long a message of each severity is tried. There is no other channel to hand it to, so the worst news is tried
 * for a day: heard late beats never heard.
 */
export const deadlineMs = [0.5 * hour, 0.5 * hour, 12 * hour, 24 * hour] as const;

/** From this age on an unsent message is late, and somebody is told who may have another way. */
export const lateMs = [30 * minute, 30 * minute, 5 * minute, minute] as const;

const backoff = { minMs: 2_000, maxMs: 60_000, jitter: 0.2 } as const;
const pauseMs = hour;
/** It goes as soon as the person writes; this is only for the case that nobody noticed. */
const holdMs = hour;
/** So many tries in a row without an answer, each of which may have been a message on the phone. */
const unansweredTries = 5;

/** How long a receipt is waited for before a message that nobody answered for is sent once more, by severity. */
export const receiptWaitMs = [20_000, 20_000, 20_000, 5_000] as const;

/** What becomes of a row after an attempt. */
export type NextStep =
  /** `found`: it had arrived before, this attempt sent nothing. */
  | { state: 'accepted'; providerId: string; found: boolean; form?: string; carried?: readonly Outgoing[] }
  | { state: 'queued' | 'unknown'; delayMs: number; error: SentinelError; action: Action; form?: string }
  | { state: 'failed'; error: SentinelError };

type Attempt = Pick<Outgoing, 'state' | 'attempts' | 'severity'> & Partial<Sent>;

/** Who answered; `receipts`: what became of a message is told later, even where no answer came. */
type Provider = Pick<ChannelKind, 'name'> & Pick<AlertChannel, 'ruleFor'> & { receipts?: boolean };

/**
 * What follows from an answer.
 * @param attempt `state` before the attempt; `attempts` with this one included.
 */
export function nextStep(attempt: Attempt, answer: Answer, provider: Provider, random: Random): NextStep {
  switch (answer.result) {
    case 'ok':
      return {
        ...{ state: 'accepted', providerId: answer.id, found: answer.found === true },
        ...(answer.form === undefined ? {} : { form: answer.form }),
        ...(answer.carried === undefined ? {} : { carried: answer.carried }),
      };
    case 'refused': {
      const { part = 'text', form = null } = attempt;
      const sent = { part, form: answer.form ?? form };
      return afterRefusal(attempt, answer.refusal, provider.ruleFor(answer.refusal, sent), random);
    }
    case 'unreached':
      return again('queued', attempt, unavailable(`${provider.name} could not be reached (${answer.detail}).`), random);
    case 'unknown': {
      // Where the provider cannot be asked nobody can say whether it arrived: a few times more, since a duplicate beats silence.
      const error = unavailable(`${provider.name} did not answer (${answer.detail}); the message may have arrived.`);
      const enough = attempt.state === 'unknown' && attempt.attempts >= unansweredTries;
      if (enough) return { state: 'failed', error };
      const step = again('unknown', attempt, error, random);
      const least = provider.receipts === true ? (receiptWaitMs[attempt.severity] ?? 0) : 0;
      return { ...step, delayMs: Math.max(step.delayMs, least) };
    }
  }
}

/** What is wrong with an account that answers so, and whether that lasts until somebody mends it; undefined: nothing is. */
export function faultOf(answer: Answer, provider: Provider): { error: SentinelError; lasts: boolean } | undefined {
  switch (answer.result) {
    case 'ok':
      return undefined;
    case 'refused': {
      const rule = provider.ruleFor(answer.refusal);
      return { error: errorOf(rule, answer.refusal), lasts: rule.action === 'setup' || rule.action === 'give-up' };
    }
    case 'unreached':
    case 'unknown':
      return { error: unavailable(`${provider.name} could not be reached (${answer.detail}).`), lasts: false };
  }
}

/** How long each action waits before the next attempt; an action that is not here has none. */
const delays: Readonly<Partial<Record<Action, (attempt: Attempt, random: Random) => number>>> = {
  retry: exponential,
  setup: exponential,
  'upload-again': () => 0,
  change: () => 0,
  hold: () => holdMs,
  // The formula of WhatsApp, 4^X seconds with X from 0; jitter only adds.
  'pair-rate': ({ attempts }, random) => 4 ** (attempts - 1) * 1000 * (1 + 0.2 * random()),
  pause: (attempt, random) => (attempt.severity >= 3 ? exponential(attempt, random) : pauseMs),
};

function afterRefusal(attempt: Attempt, refusal: Refusal, rule: RefusalRule, random: Random): NextStep {
  const error = errorOf(rule, refusal);
  const delay = delays[rule.action];
  if (delay === undefined || attempt.attempts >= (rule.attempts ?? Infinity)) return { state: 'failed', error };
  const delayMs = Math.max(delay(attempt, random), refusal.retryAfterMs ?? 0);
  const form = rule.form === undefined ? {} : { form: rule.form };
  return { state: 'queued', delayMs, error, action: rule.action, ...form };
}

function again(
  state: 'queued' | 'unknown',
  attempt: Attempt,
  error: SentinelError,
  random: Random,
): Extract<NextStep, { delayMs: number }> {
  return { state, delayMs: exponential(attempt, random), error, action: 'retry' };
}

/** 2, 4, 8 ... 60 s. */
function exponential({ attempts }: Attempt, random: Random): number {
  return backoffDelay(attempts - 1, backoff, random);
}

function errorOf(rule: RefusalRule, { code, status, message }: Refusal): SentinelError {
  const what = code === undefined ? `HTTP ${status}` : `error ${code}`;
  return new SentinelError(rule.name, `${rule.says} (${what}: ${message})`, hinted(rule.hint));
}

function unavailable(message: string): SentinelError {
  return new SentinelError('ES_CHANNEL_UNAVAILABLE', message, { hint: 'Check the internet connection.' });
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
