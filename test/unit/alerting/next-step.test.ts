import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Answer, Refusal } from '../../../src/alerting/answer.ts';
import { errorTable, ruleFor } from '../../../src/alerting/channels/whatsapp/error-table.ts';
import { nextStep } from '../../../src/alerting/next-step.ts';

const whatsApp = { name: 'WhatsApp', ruleFor };
const noJitter = () => 0;
const mostJitter = () => 1;

function refusal(fields: Partial<Refusal>): Refusal {
  return { status: 400, code: undefined, message: 'no', transient: false, retryAfterMs: undefined, ...fields };
}

function refused(fields: Partial<Refusal>): Answer {
  return { result: 'refused', refusal: refusal(fields) };
}

function delayAfter(answer: Answer, attempts: number, random = noJitter, severity = 2): number | undefined {
  const step = nextStep({ state: 'queued', attempts, severity }, answer, whatsApp, random);
  return 'delayMs' in step ? step.delayMs : undefined;
}

describe('the error table', () => {
  test('names every code once', () => {
    const codes = errorTable.flatMap((rule) => rule.codes.flatMap((code) => code));
    assert.equal(new Set(codes).size, codes.length);
  });

  const expected: readonly [codes: number[], action: string, name: string][] = [
    [[130429, 80007, 4, 1, 2, 131000, 131016, 131057], 'retry', 'ES_CHANNEL_UNAVAILABLE'],
    [[131056], 'pair-rate', 'ES_CHANNEL_UNAVAILABLE'],
    [[131053], 'upload-again', 'ES_CHANNEL_MESSAGE'],
    [[190, 0, 3, 10, 200, 230, 299, 133010, 131031, 368], 'setup', 'ES_CHANNEL_SETUP'],
    [[100, 131008, 131009, 131051, 33, 131047], 'give-up', 'ES_CHANNEL_MESSAGE'],
    [[132000, 132001, 132012, 132015, 132016], 'give-up', 'ES_CHANNEL_MESSAGE'],
    [[131026, 130497, 131049], 'give-up', 'ES_CHANNEL_RECIPIENT'],
    [[131048], 'pause', 'ES_CHANNEL_UNAVAILABLE'],
  ];
  for (const [codes, action, name] of expected) {
    test(`${codes.join(', ')}: ${action}`, () => {
      for (const code of codes) {
        const rule = ruleFor(refusal({ code }));
        assert.deepEqual([rule.action, rule.name], [action, name], String(code));
      }
    });
  }

  test('the code wins over the HTTP status: a missing permission can come with 500', () => {
    assert.equal(ruleFor(refusal({ code: 3, status: 500 })).action, 'setup');
  });

  test('without a known code the status, then is_transient decides', () => {
    assert.equal(ruleFor(refusal({ status: 502 })).action, 'retry');
    assert.equal(ruleFor(refusal({ status: 429, code: 999_999 })).action, 'retry');
    assert.equal(ruleFor(refusal({ code: 999_999, transient: true })).attempts, 3);
    assert.equal(ruleFor(refusal({ code: 999_999 })).action, 'give-up');
    assert.equal(ruleFor(refusal({ status: 302 })).action, 'setup');
    assert.equal(ruleFor(refusal({ status: 401 })).action, 'setup');
  });
});

describe('what follows from an answer', () => {
  test('backoff doubles from 2 s to 60 s and jitter only shortens it', () => {
    const busy = refused({ code: 131016 });
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 20].map((attempts) => delayAfter(busy, attempts)),
      [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000],
    );
    assert.equal(delayAfter(busy, 3, mostJitter), 6400);
  });

  test('Retry-After is honoured when it is longer', () => {
    assert.equal(delayAfter(refused({ status: 429, retryAfterMs: 25_000 }), 1), 25_000);
    assert.equal(delayAfter(refused({ status: 429, retryAfterMs: 500 }), 1), 2000);
  });

  test('the pair rate waits 4^X seconds, up to a fifth longer, and gives up after five attempts', () => {
    const tooMany = refused({ code: 131056 });
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((attempts) => delayAfter(tooMany, attempts)),
      [1000, 4000, 16_000, 64_000, undefined],
    );
    assert.equal(delayAfter(tooMany, 2, mostJitter), 4800);
  });

  test('a limit because of spam reports silences all but severity 3 for an hour', () => {
    const spam = refused({ code: 131048 });
    assert.equal(delayAfter(spam, 1, noJitter, 2), 3_600_000);
    assert.equal(delayAfter(spam, 1, noJitter, 3), 2000);
  });

  test('a code that nobody knows is tried three times when the API calls it transient', () => {
    const hiccup = refused({ code: 999_999, transient: true });
    assert.deepEqual(
      [1, 2, 3].map((attempts) => delayAfter(hiccup, attempts)),
      [2000, 4000, undefined],
    );
  });

  test('what was never written is tried again without the mark of a possible duplicate', () => {
    const step = nextStep(
      { state: 'unknown', attempts: 7, severity: 1 },
      { result: 'unreached', detail: 'x' },
      whatsApp,
      noJitter,
    );
    assert.equal(step.state, 'queued');
  });

  test('what may have arrived is sent a few times more and then given up by name', () => {
    const answer: Answer = { result: 'unknown', detail: 'no answer in time' };
    const first = nextStep({ state: 'queued', attempts: 1, severity: 3 }, answer, whatsApp, noJitter);
    assert.equal(first.state, 'unknown');
    assert.equal(nextStep({ state: 'unknown', attempts: 4, severity: 3 }, answer, whatsApp, noJitter).state, 'unknown');
    const second = nextStep({ state: 'unknown', attempts: 5, severity: 3 }, answer, whatsApp, noJitter);
    assert.equal(second.state, 'failed');
    assert.equal('error' in second && second.error.name, 'ES_CHANNEL_UNAVAILABLE');
  });

  test('an error says in words what happened, with the code and the words of the API', () => {
    const step = nextStep({ state: 'queued', attempts: 1, severity: 3 }, refused({ code: 131047 }), whatsApp, noJitter);
    assert.ok(step.state === 'failed');
    assert.match(step.error.message, /24 hours.*error 131047: no/);
    assert.match(step.error.hint ?? '', /send any message/);
  });
});
