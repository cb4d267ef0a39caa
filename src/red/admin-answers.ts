import { isCrossSite } from '../api/same-site.ts';
import { asSentinelError } from '../contracts/errors.ts';
import type { NodeRed } from './node-red.ts';

/** Answers one question; `query` is what the dialog asks with. What is thrown is told to it by name. */
export type AdminAnswer = (query: URLSearchParams) => unknown;

/** What a dialog may ask of the machine that Node-RED runs on; `write` is for what only people may do who may change flows. */
export type AdminAnswers = Readonly<Record<string, AdminAnswer | { write: AdminAnswer }>>;

interface Answered {
  status: number;
  body: unknown;
}

/**
 * Answers `GET echosight/<type>/<name>` of Node-RED's admin API with JSON, for people who may `<type>.read`, or
 * `<type>.write`. Who asks the same while an answer is on its way gets the same one. Each answer starts programs, so a page
 * of another origin gets none: it could not read it, but make this machine work without end. Not even a picture's address
 * can: the dialogs' jQuery says `X-Requested-With`, and a browser lets no foreign page set a header unasked.
 */
export function mountAdminAnswers({ httpAdmin, auth }: NodeRed, type: string, answers: AdminAnswers): void {
  if (httpAdmin === undefined || auth === undefined) return;
  for (const [name, given] of Object.entries(answers)) {
    const [right, work] = typeof given === 'function' ? ['read', given] : ['write', given.write];
    const underWay = new Map<string, Promise<Answered>>();
    httpAdmin.get(`/echosight/${type}/${name}`, auth.needsPermission(`${type}.${right}`), (request, response) => {
      if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
        response.writeHead(403).end();
        return;
      }
      // An answer that takes no question is the same to all of them: a thousand different ones must not start a thousand programs.
      const query = work.length === 0 ? '' : ((request.url ?? '').split('?')[1] ?? '');
      const answer = underWay.get(query) ?? answered(() => work(new URLSearchParams(query)));
      underWay.set(query, answer);
      void answer.then(({ status, body }) => {
        if (underWay.get(query) === answer) underWay.delete(query);
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(JSON.stringify(body ?? null));
      });
    });
  }
}

async function answered(work: () => unknown): Promise<Answered> {
  try {
    return { status: 200, body: await work() };
  } catch (thrown) {
    const { name, message, hint } = asSentinelError(thrown, 'ES_BAD_INPUT');
    return { status: 500, body: { error: name, message, hint } };
  }
}
