import type { IncomingMessage } from 'node:http';
import { jsonBody } from '../api/json-body.ts';
import { Problem } from '../api/problem.ts';
import { isCrossSite } from '../api/same-site.ts';
import { assertMatches } from '../contracts/guards.ts';
import { RuleTrialRequest, type RuleTrialAnswer } from '../contracts/rule-trial.ts';
import { tryRules } from '../site/rule-trials.ts';
import { adminRefusal } from './admin-refusal.ts';
import type { NodeRed } from './node-red.ts';

const type = 'fuse-severity';
/** Node-RED itself takes no longer bodies where it reads them first. */
const longest = 4 * 2 ** 20;

/**
 * `POST echosight/fuse-severity/trial` of Node-RED's admin API: what rules as they stand in a dialog make of recorded signals, and
 * why there was an alert in a minute or none, for people who may `fuse-severity.write`. Refusals are
 * `application/problem+json` with `code` and `hint`.
 */
export function mountRuleTrial({ httpAdmin, auth }: NodeRed): void {
  if (httpAdmin === undefined || auth === undefined) return;
  httpAdmin.post(`/echosight/${type}/trial`, auth.needsPermission(`${type}.write`), (request, response) => {
    const send = (status: number, kind: string, body: string): void => {
      response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store' });
      response.end(body);
    };
    answer(request).then(
      (found) => {
        send(200, 'application/json', JSON.stringify(found));
      },
      (thrown: unknown) => {
        const { status, body } = adminRefusal(thrown, 'ES_BAD_INPUT');
        send(status, 'application/problem+json', body);
      },
    );
  });
}

async function answer(request: IncomingMessage): Promise<RuleTrialAnswer> {
  // No foreign page can set this header, so none can make this machine work.
  if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
    throw new Problem(403, 'Only the dialog of the editor may ask this.');
  }
  const body = await jsonBody(request, longest);
  assertMatches(RuleTrialRequest, body, 'question of a fuse-severity dialog');
  return await tryRules(body as RuleTrialRequest);
}
