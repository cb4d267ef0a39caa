import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { answerForUnreadBodies, type ParentApplication } from '../../../src/red/unread-body.ts';

type Handler = Parameters<ParentApplication['use']>[1];

/** What becomes of an error of something in front of us. */
function answered(error: unknown, url = '/echosight/api/v1/rules'): { status: number; passedOn: unknown } {
  let handler: Handler | undefined;
  answerForUnreadBodies({ use: (_place, given) => (handler = given) }, '/echosight');
  const request = Object.assign(new IncomingMessage(new Socket()), { url });
  const response = new ServerResponse(request);
  let passedOn: unknown;
  handler?.(error, request, response, (given) => (passedOn = given));
  return { status: response.statusCode, passedOn };
}

describe('an error of what lies in front of us', () => {
  for (const status of [400, 413, 415]) {
    test(`is answered where it is a body that cannot be read (${status})`, () => {
      const error = Object.assign(new SyntaxError('Unexpected token'), { status });
      assert.deepEqual(answered(error), { status, passedOn: undefined });
    });
  }

  test('is a file in the wrong form where a file is asked for: curl sends one as a form by itself', () => {
    const error = Object.assign(new Error('request entity too large'), { status: 413 });
    for (const url of ['/echosight/api/v1/sound/predict?site=home', '/echosight/api/v1/sound/retrain'])
      assert.deepEqual(answered(error, url), { status: 415, passedOn: undefined });
  });

  for (const error of [new Error('the session store is down'), Object.assign(new Error('no'), { status: 403 }), null]) {
    test(`is left to whoever runs it where it is anything else: ${String(error)}`, () => {
      assert.deepEqual(answered(error), { status: 200, passedOn: error });
    });
  }
});
